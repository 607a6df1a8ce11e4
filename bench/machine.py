"""What the figures were measured on, and processes kept on one core of it."""

import datetime
import os
import platform
import re
import subprocess
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SERVER_CORE, GENERATOR_CORE = 0, 1


def on_core(core, command):
    """The command, kept on one core from its first instruction on: a server sees one core and makes one event loop."""
    return ["taskset", "-c", str(core), *command]


def children(pid):
    """Processes that `pid` has started and that still run."""
    found = []
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/stat") as stat:
                if int(stat.read().rsplit(")", 1)[1].split()[1]) == pid:
                    found.append(int(name))
        except (FileNotFoundError, ProcessLookupError):  # it has just ended
            continue
    return found


def cpu_seconds(pid):
    """utime + stime of a process with its ended threads, to the nanosecond (/proc/PID/stat counts hundredths)."""
    # What clock_getcpuclockid(3) returns on Linux: the inverted pid, and 2 for "time on a processor, of all threads".
    return time.clock_gettime((~pid << 3) | 2)


def peak_rss_mib(pid):
    with open(f"/proc/{pid}/status") as status:
        return int(re.search(r"VmHWM:\s+(\d+)", status.read())[1]) / 1024


def describe():
    """The machine, the commit and when: what a figure is worth nothing without."""
    return {
        "time": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "commit": _output("git", "-C", ROOT, "rev-parse", "HEAD"),
        "uncommitted": bool(_output("git", "-C", ROOT, "status", "--porcelain", "--untracked-files=no")),
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memoryGiB": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "kernel": platform.release(),
        "system": platform.freedesktop_os_release().get("PRETTY_NAME", ""),
        "compiler": (_output("c++", "--version") or "").split("\n")[0],
        "loadAverageBefore": os.getloadavg()[0],
    }


def _output(*command):
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return None


def _processor():
    with open("/proc/cpuinfo") as info:
        match = re.search(r"model name\s*:\s*(.*)", info.read())
    return match[1] if match else platform.machine()
