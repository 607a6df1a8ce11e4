"""The whole table of figures of this machine: `make bench`.

usage: python3 bench/figures.py BIN_FOLDER

BENCH=reads,checkout picks cases, ROUNDS=n their rounds, BENCH_SECONDS=s the length of one run. The table goes to the
terminal, every round to build/bench/figures.json; DOCS=1 puts the table into docs/figures.md, which says what each row
means.
"""

import os
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "tests"))
if len(sys.argv) != 2:
    sys.exit(__doc__)
os.environ["KONTOR_BIN"] = os.path.join(os.path.abspath(sys.argv[1]), "kontor")

import call  # noqa: E402  (the path above comes first)
import carts  # noqa: E402
import checkout  # noqa: E402
import counts  # noqa: E402
import imports  # noqa: E402
import machine  # noqa: E402
import markdown  # noqa: E402
import reads  # noqa: E402
import start  # noqa: E402
from drivers import Drivers  # noqa: E402
from report import Report  # noqa: E402

CASES = {
    "reads": reads.measure,
    "carts": carts.measure,
    "checkout": checkout.measure,
    "import": imports.measure,
    "start": start.measure,
    "call": call.measure,
    "counts": counts.measure,
}
JSON = os.path.join(ROOT, "build/bench/figures.json")


class Bench:
    """What every case needs: the drivers, how often and how long, and where the rows go."""

    # The gateway without its cache of answers.
    without_cache = {"KONTOR_GATEWAY__CACHE_BYTES": "0"}

    def __init__(self, binaries, rounds, seconds, report):
        self.drivers, self.rounds, self.seconds, self.report = Drivers(binaries), rounds, seconds, report


def wanted_cases():
    names = [name for name in os.environ.get("BENCH", "").split(",") if name] or list(CASES)
    for name in names:
        if name not in CASES:
            sys.exit(f"bench: there is no case '{name}'; there are {', '.join(CASES)}")
    return names


def main():
    rounds, seconds = int(os.environ.get("ROUNDS", "5")), float(os.environ.get("BENCH_SECONDS", "2"))
    names = wanted_cases()
    command = f"BENCH={','.join(names)} ROUNDS={rounds} BENCH_SECONDS={seconds:g} make bench"
    report = Report(machine.describe(), {"rounds": rounds, "secondsPerRun": seconds}, command)
    bench = Bench(sys.argv[1], rounds, seconds, report)
    began = time.monotonic()
    for name in names:
        known = report.cases()
        CASES[name](bench)
        for case in report.cases():
            if case not in known:
                print(report.text(case), flush=True)
        # After each, so that a later case that ends the run takes no figure with it.
        report.machine["loadAverageAfter"] = os.getloadavg()[0]
        report.write(JSON)
    if os.environ.get("DOCS") == "1":
        markdown.update(os.path.join(ROOT, "docs/figures.md"), report)
    print(f"\n{time.monotonic() - began:.0f} s; every round is in {os.path.relpath(JSON)}")


if __name__ == "__main__":
    main()
