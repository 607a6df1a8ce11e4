"""The servers that are measured, each as a context manager with `port` and `pids`, kept on the server's core."""

import os
import shutil
import socket
import subprocess
import tempfile
import urllib.parse

from machine import SERVER_CORE, children, cpu_seconds, on_core
from support.shop import Shop, wait_for

NGINX_CONF = """
{user}
worker_processes 1;
daemon off;
pid {folder}/pid;
error_log stderr warn;
events {{ worker_connections 4096; }}
http {{
  types {{ application/json json; }}
  access_log off;
  {sending}
  keepalive_timeout 300;
  keepalive_requests 1000000000;
  open_file_cache max=100;
  open_file_cache_valid 300;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port} backlog=1024;
    root {folder}/files;
  }}
}}
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _answers(port):
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
        return True
    except OSError:
        return False


class _Process:
    """Starts a command when entered and ends it when left."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="kontor-bench-")
        self.process = self.port = None

    def run(self, command, **more):
        self.process = subprocess.Popen(on_core(SERVER_CORE, command), stdin=subprocess.DEVNULL, **more)

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(30)
        shutil.rmtree(self.folder, ignore_errors=True)


class Nginx(_Process):
    """NGINX with one worker and what suits small files, serving `files` ({name: bytes}) from disk.

    As most are set up, with sendfile and full packets; or reading into its own buffer and writing once, which takes
    fewer system calls for a file as small as an answer.
    """

    name = "NGINX"
    copying_name = "NGINX, sendfile off"

    def __init__(self, files, sendfile=True):
        super().__init__()
        self.files, self.sending = files, "sendfile on; tcp_nopush on;" if sendfile else "sendfile off;"

    def __enter__(self):
        os.mkdir(os.path.join(self.folder, "files"))
        for name, content in self.files.items():
            with open(os.path.join(self.folder, "files", name), "wb") as file:
                file.write(content)
        self.port = free_port()
        configuration = os.path.join(self.folder, "nginx.conf")
        with open(configuration, "w") as file:
            # Started by root, the worker would be another user, who may not read our folder.
            user = "user root;" if os.geteuid() == 0 else ""
            file.write(NGINX_CONF.format(user=user, sending=self.sending, folder=self.folder, port=self.port))
        self.run([shutil.which("nginx") or "/usr/sbin/nginx", "-p", self.folder, "-c", configuration])
        wait_for(lambda: _answers(self.port), 20, "NGINX")
        return self

    @property
    def pids(self):
        return children(self.process.pid)


class EpollServer(_Process):
    """The floor: one epoll loop that answers the same bytes to everything."""

    name = "bare epoll"

    def __init__(self, binaries, content):
        super().__init__()
        self.binaries, self.content = binaries, content

    def __enter__(self):
        path = os.path.join(self.folder, "answer")
        with open(path, "wb") as file:
            file.write(self.content)
        self.run([os.path.join(self.binaries, "epoll_server"), "0", path], stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline().split()[1])
        return self

    def __exit__(self, *_):
        super().__exit__()
        self.process.stdout.close()

    @property
    def pids(self):
        return [self.process.pid]


class BenchShop(Shop):
    """A shop for load: on the server's core when `pinned`, else on all cores as an owner would run it."""

    def __init__(self, pinned=False, **more):
        super().__init__(**more)
        self.pinned = pinned

    def command(self, port=0):
        command = super().command(port)
        return on_core(SERVER_CORE, command) if self.pinned else command

    def cpu_seconds(self):
        return cpu_seconds(self.process.pid)

    @property
    def port(self):
        return urllib.parse.urlsplit(self.url).port

    @property
    def pids(self):
        return [self.process.pid]
