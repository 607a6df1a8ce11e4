"""The whole checkout, six calls and an order, every step durable: buyers and shop share all cores, nothing is pinned.

Beside each run in the same round: what the disk can sync, and what SQLite alone commits in groups of that many.
"""

import os
import tempfile

from report import Aim
from servers import BenchShop
from shop_cases import Buyers, require_invariants, sync_rate

SIZES = (16, 64, 256)
LIMITS = {64: {"rate": Aim(">=", 1500), "p99Us": Aim("<=", 60)}}
IDLE_LIMIT_MIB = 50
MEMORY = "memory of the shop"


def measure(bench):
    # A run's checkouts are milliseconds long: twice the seconds of a read.
    seconds = 2 * bench.seconds
    runs = {size: {"buyers": [], "syncs": [], "groups": []} for size in SIZES}
    with BenchShop() as shop, tempfile.TemporaryDirectory(dir=os.path.dirname(shop.data)) as folder:
        idle = shop.rss_mib()
        admin = shop.admin()
        buyers = Buyers(bench.drivers, shop, admin)
        for _ in range(bench.rounds):
            for size in SIZES:
                _one_round(bench, buyers, size, seconds, folder, runs[size])
        rate = 0.6 * min(run["rate"] for run in runs[64]["buyers"])
        opened = [buyers.buy(256, seconds, rate=rate, seed=n + 1) for n in range(bench.rounds)]
        loaded = shop.rss_mib()
        require_invariants(shop.client(admin.token))
    for size in SIZES:
        _add_size(bench.report, size, runs[size])
    _add_open(bench.report, opened, rate)
    bench.report.note(_case(SIZES[-1]), "all invariants hold after it (GET /v1/admin/invariants)")
    bench.report.add(MEMORY, "kontor", "RSS idle, sample catalogue", "MiB", [idle], aim=Aim("<=", IDLE_LIMIT_MIB))
    bench.report.add(MEMORY, "kontor", "RSS after these checkouts", "MiB", [loaded])


def _case(size):
    return f"checkout: six calls, {size} buyers, all on {os.cpu_count()} cores"


def _one_round(bench, buyers, size, seconds, folder, into):
    into["syncs"].append(sync_rate(folder))
    alone = bench.drivers.run("sqlite_groups", "--folder", folder, "--group", size, "--seconds", 0.5)
    into["groups"].append(alone["ordersPerSecond"])
    into["buyers"].append(buyers.buy(size, seconds))


def _add_size(report, size, runs):
    case, buyers = _case(size), runs["buyers"]
    report.keep(case, runs)
    limits = LIMITS.get(size, {})
    syncs = ("fdatasync", runs["syncs"])
    report.add(case, "fdatasync of 4 KiB", "rate", "/s", runs["syncs"])
    report.add(case, "SQLite alone", f"order + outbox row, groups of {size}", "/s", runs["groups"], syncs)
    rates = [run["rate"] for run in buyers]
    report.add(case, "kontor", "checkouts", "/s", rates, ("SQLite alone", runs["groups"]), limits.get("rate"))
    report.add(case, "kontor", "checkouts to syncs", "/s", rates, syncs)
    for name, key in (("p50", "p50Us"), ("p99", "p99Us")):
        values = [run[key] / 1000 for run in buyers]
        report.add(case, "kontor", f"{name} (closed loop)", "ms", values, aim=limits.get(key))
    report.add(case, "kontor", "CPU of the shop each", "µs", [run["serverCpuUs"] for run in buyers])
    report.add(case, "buyers", "CPU of the generator each", "µs", [run["generatorCpuUs"] for run in buyers])


def _add_open(report, opened, rate):
    case = f"checkout: six calls, {rate:,.0f}/s by schedule (open loop)"
    report.keep(case, opened)
    for name, key in (("p50", "p50Us"), ("p99", "p99Us"), ("p99.9", "p999Us")):
        report.add(case, "kontor", name, "ms", [run[key] / 1000 for run in opened])
    report.add(case, "kontor", "CPU of the shop each", "µs", [run["serverCpuUs"] for run in opened])
