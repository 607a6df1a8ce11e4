"""Reads of one core: a product and a list of 20, against NGINX and a bare epoll loop that send the very same bytes.

Closed loop for the top rate and the CPU time of a request; then an open loop at one rate for all, half of what the
slowest of the case can do, for the latencies.
"""

from contextlib import ExitStack

from report import Aim
from servers import BenchShop, EpollServer, Nginx
from spread import Spread, there_and_back
from support.buyer import expect, first_product

CONNECTIONS = 64
CACHED, UNCACHED = "kontor, cached", "kontor, uncached"


class Subject:
    """A server and the request that makes it send the case's bytes."""

    def __init__(self, name, server, target, length):
        self.name, self.server = name, server
        self.options = {"target": target, "length": length, "connections": CONNECTIONS}


def _fetch(shop, target):
    answer = shop.client().get(target)
    expect(answer, 200)
    return answer.body


def measure(bench):
    with ExitStack() as stack:
        cached = stack.enter_context(BenchShop(pinned=True))
        uncached = stack.enter_context(BenchShop(pinned=True, settings=bench.without_cache))
        targets = {
            "product": "/v1/store/products/" + first_product(cached.client())["handle"],
            "list of 20": "/v1/store/products?pageSize=20",
        }
        for what, target in targets.items():
            body = _fetch(cached, target)
            nginx = stack.enter_context(Nginx({"answer.json": body}))
            copying = stack.enter_context(Nginx({"answer.json": body}, sendfile=False))
            epoll = stack.enter_context(EpollServer(bench.drivers.binaries, body))
            # The uncached shop has ids of its own, so its answer's length may differ by a digit: no length to check.
            subjects = [
                Subject(CACHED, cached, target, len(body)),
                Subject(UNCACHED, uncached, target, 0),
                Subject(nginx.name, nginx, "/answer.json", len(body)),
                Subject(Nginx.copying_name, copying, "/answer.json", len(body)),
                Subject(epoll.name, epoll, "/answer.json", len(body)),
            ]
            case = f"read: {what}, {len(body):,} bytes, {CONNECTIONS} connections, server on core 0, load on core 1"
            _run_case(bench, case, subjects, with_aims=what == "product")


def _run_case(bench, case, subjects, with_aims):
    closed = {subject.name: [] for subject in subjects}
    for number in range(bench.rounds):
        for subject in there_and_back(number, subjects):
            closed[subject.name].append(bench.drivers.load(subject.server, seconds=bench.seconds, **subject.options))
    rate = 0.5 * min(run["rate"] for runs in closed.values() for run in runs)
    opened = {subject.name: [] for subject in subjects}
    for number in range(bench.rounds):
        for subject in there_and_back(number, subjects):
            run = bench.drivers.load(
                subject.server, seconds=bench.seconds, rate=rate, seed=number + 1, **subject.options
            )
            opened[subject.name].append(run)
    bench.report.keep(case, {"closed": closed, "open": opened, "openRate": rate})
    _add_rows(bench.report, case, closed, opened, rate, with_aims)


def _add_rows(report, case, closed, opened, rate, with_aims):
    measures = [
        ("rate", "/s", closed, "rate", Aim(">=", 0.9, of="ratio")),
        ("CPU of the server each", "µs", closed, "serverCpuUs", Aim("<=", 1.1, of="ratio")),
        (f"p50 at {rate:,.0f}/s (open loop)", "µs", opened, "p50Us", None),
        (f"p99 at {rate:,.0f}/s (open loop)", "µs", opened, "p99Us", None),
    ]
    # Whichever of the two is faster at this size: a reference that is easily beaten would flatter.
    best = max((Nginx.name, Nginx.copying_name), key=lambda name: Spread([run["rate"] for run in closed[name]]).median)
    for measure_name, unit, runs, key, aim in measures:
        reference = [run[key] for run in runs[best]]
        for name, rounds in runs.items():
            report.add(
                case,
                name,
                measure_name,
                unit,
                [run[key] for run in rounds],
                None if name == best else (best, reference),
                aim if with_aims and name == CACHED else None,
            )
    busiest = max(run["generatorCores"] for runs in closed.values() for run in runs)
    report.note(case, f"the generator used at most {busiest:.2f} of its core: below 0.95 it was not the limit")
