"""Starts the real kontor binary on a data folder of its own and talks to it as a client would.

Every test that crosses services uses it: `with Shop() as shop: ...`. Waits are for conditions, never for time alone;
processes are ended by their pid.
"""

import http.client
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import urllib.parse
import uuid

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BINARY = os.environ.get("KONTOR_BIN", os.path.join(ROOT, "build/release/bin/kontor"))
SAMPLE = os.path.join(ROOT, "deploy/sample/catalogue.csv")
START_SECONDS = 60


# With KONTOR_REPEAT=1 every POST is sent twice with one Idempotency-Key, and must be answered twice alike.
REPEAT = os.environ.get("KONTOR_REPEAT") == "1"
# A login is a new session each time, a logout ends what would authorise its repeat, an export changes nothing.
NOT_REPEATED = re.compile(r"/auth/(login|logout)$|^/v1/admin/exports")


class Answer:
    """Status, headers (lower case) and body of one answer; `json` is None when the body is not JSON."""

    def __init__(self, status, headers, body):
        self.status = status
        self.headers = {name.lower(): value for name, value in headers}
        self.body = body
        kind = self.headers.get("content-type", "")
        self.json = json.loads(body) if "json" in kind and body else None

    @property
    def reason(self):
        return (self.json or {}).get("reason")

    def __repr__(self):
        return f"{self.status} {self.body[:600].decode('utf-8', 'replace')}"


def require_same(path, first, again):
    """Repeats a call that has changed something (success, or a decline) by `again` and compares the answers."""
    if not (200 <= first.status < 300 or first.status == 402):
        return  # it changed nothing: nothing was kept
    if first.status == 202 and re.search(r"/(payment|complete|cancel)$", path.partition("?")[0]):
        return  # the outcome is still open: the repeat is told what is known by then
    second = again()
    made_before = path.endswith("/complete") and (first.status, second.status) == (201, 200)
    assert second.status == first.status or made_before, f"POST {path}: first {first}, repeated {second}"
    if first.status == 402:
        assert second.reason == first.reason, f"POST {path}: first {first}, repeated {second}"
    else:
        assert second.body == first.body, f"POST {path}: first {first}, repeated {second}"


class Client:
    """One keep-alive connection, for one buyer (not thread-safe). A lost one raises OSError or HTTPException."""

    def __init__(self, url, token=None):
        parts = urllib.parse.urlsplit(url)
        self.connection = None
        self.host, self.port, self.token = parts.hostname, parts.port, token

    def call(self, method, path, body=None, headers=None, raw=None, timeout=30):
        """One call, and in the repeating mode its repeat, which must get the first answer."""
        headers = dict(headers or {})
        repeats = REPEAT and method == "POST" and not NOT_REPEATED.search(path.partition("?")[0])
        if repeats:
            headers.setdefault("Idempotency-Key", "repeat-" + uuid.uuid4().hex)
        answer = self._send(method, path, body, headers, raw, timeout)
        if repeats and isinstance(raw, (bytes, type(None))):
            require_same(path, answer, lambda: self._send(method, path, body, headers, raw, timeout))
        return answer

    def _send(self, method, path, body, headers, raw, timeout):
        headers = dict(headers)
        data = raw
        if body is not None:
            data = json.dumps(body).encode()
        if data is not None:
            headers.setdefault("Content-Type", "application/json")
        if self.token:
            headers.setdefault("Authorization", "Bearer " + self.token)
        if self.connection is None:
            self.connection = http.client.HTTPConnection(self.host, self.port, timeout=timeout)
        try:
            self.connection.request(method, path, body=data, headers=headers)
            answer = self.connection.getresponse()
            return Answer(answer.status, answer.getheaders(), answer.read())
        except Exception:
            self.close()
            raise

    def get(self, path, **more):
        return self.call("GET", path, **more)

    def post(self, path, body=None, **more):
        return self.call("POST", path, body={} if body is None and "raw" not in more else body, **more)

    def __del__(self):
        self.close()

    def close(self):
        if self.connection is not None:
            self.connection.close()
            self.connection = None


class Shop:
    """A kontor process; `settings` are overrides such as {"KONTOR_ORDER__CHECKOUT_HOLD": "20s"}."""

    def __init__(self, settings=None, catalogue=SAMPLE, data=None, arguments=(), prefix=()):
        """`prefix` is a command that runs kontor in its place: ["prlimit", "--nofile=64"]."""
        self.settings = dict(settings or {})
        self.prefix = list(prefix)
        self.catalogue = catalogue
        self.own_data = data is None
        self.data = data or os.path.join(tempfile.mkdtemp(prefix="kontor-test-"), "data")
        self.arguments = list(arguments)
        self.process = self.url = self.operations = self.owner = self.password = None
        self.lines = []
        self.start_seconds = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()
        if self.own_data:
            shutil.rmtree(os.path.dirname(self.data), ignore_errors=True)

    def environment(self):
        clean = {name: value for name, value in os.environ.items() if not name.startswith("KONTOR_")}
        return {**clean, **self.settings}

    def command(self, port=0):
        return [
            BINARY,
            "serve",
            "--config",
            os.path.join(ROOT, "deploy/profiles/embedded.yaml"),
            "--port",
            str(port),
            "--ops",
            "0",
            "--data",
            self.data,
            "--catalog",
            self.catalogue or "",
            *self.arguments,
        ]

    def start(self):
        self.url = None
        self.lines = []
        began = time.monotonic()
        self.log = open(self.data.rstrip("/") + ".log", "ab")
        self.process = subprocess.Popen(
            [*self.prefix, *self.command()],
            cwd=ROOT,
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=self.log,
            text=True,
        )
        opened = threading.Event()
        self.reader = threading.Thread(target=self._read, args=(self.process.stdout, opened), daemon=True)
        self.reader.start()
        while not opened.wait(0.05):
            if self.process.poll() is not None:
                raise AssertionError(f"kontor ended with {self.process.returncode}: {self.log_tail()}")
            if time.monotonic() - began > START_SECONDS:
                self.kill()
                raise AssertionError(f"kontor did not open: {self.lines} {self.log_tail()}")
        self.start_seconds = time.monotonic() - began
        return self

    def _read(self, stream, opened):
        for line in stream:
            self.lines.append(line.rstrip("\n"))
            if match := re.match(r"operations: (\S+)", line):
                self.operations = match[1]
            if match := re.match(r"owner: (\S+) password: (\S+)", line):
                self.owner, self.password = match[1], match[2]
            if match := re.match(r"Kontor is open: (\S+)", line):
                self.url = match[1]
                opened.set()
        stream.close()

    def log_tail(self, size=3000):
        with open(self.data.rstrip("/") + ".log", errors="replace") as log:
            return log.read()[-size:]

    def kill(self, number=signal.SIGKILL):
        """Ends the process at once, as a crash would."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(number)
            self.process.wait(60)
        if self.process:
            self.reader.join(10)
            self.log.close()
        self.process = None

    def stop(self):
        """Asks the process to drain and waits for it; returns its exit code."""
        if self.process is None:
            return None
        process = self.process
        self.kill(signal.SIGTERM)
        return process.returncode

    def restart(self):
        self.kill()
        return self.start()

    def client(self, token=None):
        return Client(self.url, token)

    def admin(self):
        """A client logged in as the owner."""
        client = self.client()
        answer = client.post("/v1/admin/auth/login", {"email": self.owner, "password": self.password})
        assert answer.status == 200, answer
        client.token = answer.json["token"]
        return client

    def admin_after_restart(self, admin):
        """The same login on the new process: sessions are durable."""
        return self.client(admin.token)

    def doctor(self, *arguments):
        """Runs `kontor doctor` on the data folder of the stopped shop; returns (exit code, the report)."""
        done = subprocess.run(
            [BINARY, "doctor", "--data", self.data, "--json", *arguments],
            cwd=ROOT,
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.stdout, f"kontor doctor said nothing: {done.stderr}"
        return done.returncode, json.loads(done.stdout)

    def rss_mib(self):
        with open(f"/proc/{self.process.pid}/status") as status:
            return int(re.search(r"VmRSS:\s+(\d+)", status.read())[1]) / 1024


def wait_for(condition, seconds=30, what="the condition"):
    """Polls until `condition()` is true and returns its value."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"{what} did not come true within {seconds} s")
        time.sleep(0.02)
