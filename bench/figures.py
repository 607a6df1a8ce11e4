"""The whole table of figures of this machine: `make bench`.

usage: python3 bench/figures.py BIN_FOLDER

BENCH=reads,checkout picks cases, ROUNDS=n their rounds, BENCH_SECONDS=s the length of one run. The table goes to the
terminal, every round to build/bench/figures.json. docs/figures.md says what each row means.
"""

import os
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "tests"))
if len(sys.argv) != 2:
    sys.exit(__doc__)
os.environ["KONTOR_BIN"] = os.path.join(os.path.abspath(sys.argv[1]), "kontor")

import machine  # noqa: E402  (the path above comes first)
import reads  # noqa: E402
from drivers import Drivers  # noqa: E402
from report import Report  # noqa: E402

CASES = {"reads": reads.measure}
JSON = os.path.join(ROOT, "build/bench/figures.json")


class Bench:
    """What every case needs: the drivers, how often and how long, and where the rows go."""

    # The gateway without its cache of answers.
    without_cache = {}

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
    report.machine["loadAverageAfter"] = os.getloadavg()[0]
    report.write(JSON)
    print(f"\n{time.monotonic() - began:.0f} s; every round is in {os.path.relpath(JSON)}")


if __name__ == "__main__":
    main()
