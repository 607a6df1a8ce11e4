"""From exec to "Kontor is open", and memory at rest: on a new folder, and on one of 10,000 products and 10,000 orders.

The large folder is made once: an import of a generated file, then real checkouts over HTTP until there are enough
orders.
"""

import os
import shutil
import tempfile
import time

import catalogue_rows
from imports import import_file
from report import Aim
from servers import BenchShop, Nginx
from shop_cases import Buyers, require_invariants
from support.buyer import expect

PRODUCTS = ORDERS = 10_000
LARGE = f"folder of {PRODUCTS:,} products, {ORDERS:,} orders"
CASE = "start: exec until the shop is open"
MEMORY = "memory of the shop at rest, after the start"
BUYERS = 64


def measure(bench):
    with tempfile.TemporaryDirectory(prefix="kontor-bench-") as folder:
        data = os.path.join(folder, "data")
        orders = _fill(bench, folder, data)
        starts = {"new folder, no products": [], LARGE: [], f"{LARGE}, after kill -9": [], "NGINX": []}
        idle, cpu = ({name: [] for name in list(starts)[:2]} for _ in range(2))
        for _ in range(bench.rounds):
            _one_round(data, starts, idle, cpu)
    bench.report.keep(CASE, {"startMs": starts, "cpuMs": cpu, "idleMiB": idle, "orders": orders})
    _add_rows(bench.report, starts, idle, cpu)


def _fill(bench, folder, data):
    """Makes the large data folder; returns how many orders it has."""
    file = os.path.join(folder, "products.csv")
    catalogue_rows.write(file, PRODUCTS, variants=2, images=2)
    orders = 0
    with BenchShop(catalogue="", data=data) as shop:
        admin = shop.admin()
        import_file(admin, file)
        buyers = Buyers(bench.drivers, shop, admin)
        began = time.monotonic()
        while orders < ORDERS:
            # The generator stops by time: first a short run, then about as long as the rest takes.
            elapsed = time.monotonic() - began
            left = (ORDERS - orders) / max(orders / elapsed, 200) if orders else 2
            orders += int(buyers.buy(BUYERS, min(max(left, 2), 20), warmup=0)["jobs"])
        require_invariants(shop.client(admin.token))
    return orders


def _timed(shop, starts, idle, cpu=None):
    shop.start()
    starts.append(shop.start_seconds * 1000)
    if cpu is not None:
        cpu.append(shop.cpu_seconds() * 1000)
    if idle is not None:
        expect(shop.client().get("/v1/store/regions"), 200)
        idle.append(shop.rss_mib())


def _one_round(data, starts, idle, cpu):
    new, large, killed, nginx = list(starts)
    fresh = BenchShop(catalogue="")
    _timed(fresh, starts[new], idle[new], cpu[new])
    fresh.stop()
    shutil.rmtree(os.path.dirname(fresh.data))
    shop = BenchShop(catalogue="", data=data)
    _timed(shop, starts[large], idle[large], cpu[large])
    shop.kill()
    _timed(shop, starts[killed], None)
    shop.stop()
    began = time.monotonic()
    with Nginx({"answer.json": b"{}"}):
        starts[nginx].append((time.monotonic() - began) * 1000)


def _add_rows(report, starts, idle, cpu):
    reference = ("NGINX", starts["NGINX"])
    for name, values in starts.items():
        subject = name if name == "NGINX" else f"kontor, {name}"
        aim = Aim("<=", 100) if name == LARGE else None
        report.add(CASE, subject, "start", "ms", values, None if name == "NGINX" else reference, aim)
    for name, values in cpu.items():
        report.add(CASE, f"kontor, {name}", "CPU until open", "ms", values)
    for name, values in idle.items():
        report.add(MEMORY, f"kontor, {name}", "RSS", "MiB", values, aim=Aim("<=", 50))
