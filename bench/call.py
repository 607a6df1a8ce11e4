"""A call between two services of one process, in CPU nanoseconds, against the plain virtual call of a coroutine."""

from report import Aim

CASE = "call inside the process: the generated face against a plain virtual call of a coroutine"
PLAIN = "plain virtual call"
WAYS = {
    "face": "face: metric",
    "faceDeadline": "face: metric, deadline",
    "faceDeadlineSpan": "face: metric, deadline, sampled span",
}


def measure(bench):
    runs = bench.drivers.run("call_bench", "--rounds", bench.rounds)
    bench.report.keep(CASE, runs)
    bench.report.add(CASE, PLAIN, "CPU of a call", "ns", runs["plain"])
    for key, name in WAYS.items():
        bench.report.add(CASE, name, "CPU of a call", "ns", runs[key], (PLAIN, runs["plain"]), Aim("<=", 500))
