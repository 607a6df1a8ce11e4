"""System calls and allocations of one request, counted over some thousands in runs of their own that nobody times.

System calls by `strace -f -c` on the running shop: what the kernel was asked, nothing guessed; it slows each call, so
batches are as small as a lone client's. Allocations by bench/count_allocations.cpp in front of the allocator of the
unchanged binary.
"""

import os
import re
import shutil
import signal
import struct
import subprocess
import tempfile
import time

from servers import BenchShop, Nginx
from shop_cases import Buyers
from spread import Spread
from support.buyer import expect, first_product
from support.shop import wait_for

REQUESTS_SECONDS = 1.0
CASE = "counted for each request (untimed, one connection at a time)"


class NotPermitted(Exception):
    """This machine does not let us trace a process of our own."""


class Strace:
    """Counts the system calls of a process and its threads while entered; `calls` is {name: count} afterwards."""

    def __init__(self, pid):
        self.pid, self.calls = pid, {}

    def __enter__(self):
        self.folder = tempfile.mkdtemp(prefix="kontor-bench-")
        self.out = os.path.join(self.folder, "calls")
        self.process = subprocess.Popen(
            ["strace", "-f", "-c", "-o", self.out, "-p", str(self.pid)], stderr=subprocess.PIPE, text=True
        )
        wait_for(self._attached, 20, "strace's hold of every thread")
        return self

    def _attached(self):
        if self.process.poll() is not None:
            raise NotPermitted(self.process.stderr.read().strip())
        return all(_tracer(self.pid, task) == self.process.pid for task in os.listdir(f"/proc/{self.pid}/task"))

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGINT)
        self.process.wait(30)
        self.process.stderr.close()
        with open(self.out) as table:
            self.calls = parse_strace(table.read())
        shutil.rmtree(self.folder)


def _tracer(pid, task):
    with open(f"/proc/{pid}/task/{task}/status") as status:
        return int(re.search(r"TracerPid:\s+(\d+)", status.read())[1])


def parse_strace(table):
    """{name: calls} of the table that `strace -c` prints."""
    calls = {}
    for line in table.splitlines():
        # "% time  seconds  usecs/call  calls  [errors]  syscall"
        if match := re.match(r"\s*[\d.]+\s+[\d.]+\s+\d+\s+(\d+)\s+(?:\d+\s+)?(\w+)$", line):
            if match[2] != "total":
                calls[match[2]] = int(match[1])
    return calls


def per_request(calls, requests, idle_calls, most=6):
    """Calls of one request, the idle process' own taken off, and the words for the largest of them."""
    each = {name: (count - idle_calls.get(name, 0)) / requests for name, count in calls.items()}
    each = {name: count for name, count in each.items() if count >= 0.005}
    largest = sorted(each.items(), key=lambda item: -item[1])[:most]
    return sum(each.values()), ", ".join(f"{name} {count:.2f}" for name, count in largest)


def read_counts(path):
    with open(path, "rb") as file:
        return struct.unpack("<QQ", file.read(16))


class Requests:
    """The kinds of requests that are counted: name → a run against the shop that returns how many there were."""

    def __init__(self, bench, shop):
        self.load, self.shop = bench.drivers.load, shop
        client, admin = shop.client(), shop.admin()
        product = "/v1/store/products/" + first_product(client)["handle"]
        self.buyers = Buyers(bench.drivers, shop, admin)
        lines = f"/v1/store/carts/{expect(client.post('/v1/store/carts'), 201)['id']}/lines"
        body = f'{{"sku":"{self.buyers.skus[0]}","quantity":1}}'
        self.kinds = {
            "product": lambda: self._load(target=product),
            "list of 20": lambda: self._load(target="/v1/store/products?pageSize=20"),
            "add to cart": lambda: self._load(target=lines, method="POST", status=201, body=body),
            "checkout of six calls": lambda: self.buyers.buy(1, REQUESTS_SECONDS, warmup=0)["jobs"],
        }

    def _load(self, **options):
        return self.load(self.shop, connections=1, seconds=REQUESTS_SECONDS, warmup=0, **options)["jobs"]


def measure(bench):
    folder = tempfile.mkdtemp(prefix="kontor-bench-")
    counts = os.path.join(folder, "allocations")
    preload = {"LD_PRELOAD": os.path.join(bench.drivers.binaries, "libcount_allocations.so")}
    try:
        with BenchShop(pinned=True) as shop:
            _count_calls(bench, shop)
        _count_nginx(bench)
    except NotPermitted as reason:
        bench.report.note(CASE, f"system calls are not counted: {reason}")
    with BenchShop(pinned=True, settings={**preload, "COUNT_ALLOCATIONS_FILE": counts}) as shop:
        _count_allocations(bench, shop, counts)
    shutil.rmtree(folder)


def _count_calls(bench, shop):
    requests = Requests(bench, shop)
    with Strace(shop.process.pid) as idle:
        time.sleep(REQUESTS_SECONDS)
    for name, run in requests.kinds.items():
        run()  # what the first one opens is not the next one's cost
        with Strace(shop.process.pid) as traced:
            done = run()
        total, words = per_request(traced.calls, done, idle.calls)
        bench.report.add(CASE, f"kontor, {name}", "system calls", "", [total])
        bench.report.note(CASE, f"kontor, {name}: {words}")


def _count_allocations(bench, shop, path):
    requests = Requests(bench, shop)
    for name, run in requests.kinds.items():
        run()
        before = read_counts(path)
        done = run()
        after = read_counts(path)
        bench.report.add(CASE, f"kontor, {name}", "allocations", "", [(after[0] - before[0]) / done])
        bench.report.add(CASE, f"kontor, {name}", "bytes allocated", "", [(after[1] - before[1]) / done])


def _count_nginx(bench):
    with Nginx({"answer.json": b"x" * 2000}) as nginx:
        bench.drivers.load(nginx, target="/answer.json", connections=1, seconds=0.2)
        with Strace(nginx.pids[0]) as traced:
            done = bench.drivers.load(nginx, target="/answer.json", connections=1, seconds=1, warmup=0)["jobs"]
        total, words = per_request(traced.calls, done, {})
        bench.report.add(CASE, "NGINX, a file", "system calls", "", [total])
        bench.report.note(CASE, f"NGINX, a file: {words}")
