"""Add to cart on one core: each line is durable before it is answered, so the disk's sync rate is its reference."""

import os
import tempfile

from servers import BenchShop
from shop_cases import PLENTY, sync_rate
from support.buyer import any_sku, expect, set_stock

CONNECTIONS = 64
CARTS = 1024
CASE = f"add to cart: POST lines, {CONNECTIONS} connections, server on core 0, load on core 1"


def measure(bench):
    with BenchShop(pinned=True) as shop, tempfile.TemporaryDirectory() as folder:
        client = shop.client()
        sku = any_sku(client)
        set_stock(shop.admin(), sku, PLENTY)
        targets = os.path.join(folder, "targets")
        with open(targets, "w") as file:
            for _ in range(CARTS):
                file.write(f"/v1/store/carts/{expect(client.post('/v1/store/carts'), 201)['id']}/lines\n")
        options = {
            "method": "POST",
            "targets": targets,
            "body": f'{{"sku":"{sku}","quantity":1}}',
            "status": 201,
            "connections": CONNECTIONS,
            "seconds": bench.seconds,
        }
        closed, syncs = [], []
        for _ in range(bench.rounds):
            syncs.append(sync_rate(shop.data))
            closed.append(bench.drivers.load(shop, **options))
        rate = 0.5 * min(run["rate"] for run in closed)
        opened = [bench.drivers.load(shop, rate=rate, seed=n + 1, **options) for n in range(bench.rounds)]
    _add_rows(bench.report, closed, opened, syncs, rate)


def _add_rows(report, closed, opened, syncs, rate):
    report.keep(CASE, {"closed": closed, "open": opened, "openRate": rate, "syncs": syncs})
    report.add(CASE, "fdatasync of 4 KiB", "rate", "/s", syncs)
    report.add(CASE, "kontor", "rate", "/s", [run["rate"] for run in closed], ("fdatasync", syncs))
    report.add(CASE, "kontor", "CPU of the server each", "µs", [run["serverCpuUs"] for run in closed])
    for name, key in (("p50", "p50Us"), ("p99", "p99Us")):
        values = [run[key] / 1000 for run in opened]
        report.add(CASE, "kontor", f"{name} at {rate:,.0f}/s (open loop)", "ms", values)
