"""The first figures of the shop, measured on this machine: start, memory, durable checkouts.

usage: python3 bench/figures.py BIN_FOLDER [SECONDS]     (make bench)
"""

import json
import os
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "tests"))
os.environ["KONTOR_BIN"] = os.path.join(os.path.abspath(sys.argv[1]), "kontor")

from support.buyer import broken_invariants, expect, set_stock  # noqa: E402  (the path above comes first)
from support.shop import Shop, wait_for  # noqa: E402

SECONDS = sys.argv[2] if len(sys.argv) > 2 else "10"


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def sync_rate(folder, seconds=1.0):
    """Appends of 4 KiB with fdatasync a second: what one writer without group commit can do at most."""
    path = os.path.join(folder, "sync.probe")
    handle = os.open(path, os.O_CREAT | os.O_WRONLY)
    count, end = 0, time.monotonic() + seconds
    while time.monotonic() < end:
        os.write(handle, b"x" * 4096)
        os.fdatasync(handle)
        count += 1
    os.close(handle)
    os.unlink(path)
    return count / seconds


def main():
    with Shop() as shop:
        admin = shop.admin()
        products = expect(shop.client().get("/v1/store/products?pageSize=50"), 200)["products"]
        skus = [product["variants"][0]["sku"] for product in products]
        for sku in skus:
            set_stock(admin, sku, 1_000_000)
        first = shop.start_seconds
        shop.stop()
        shop.start()
        print(
            f"start on a new data folder with the sample catalogue: {first * 1000:.0f} ms, on an existing one: "
            f'{shop.start_seconds * 1000:.0f} ms (from exec to "Kontor is open")'
        )
        print(f"RSS idle: {shop.rss_mib():.1f} MiB")
        for buyers in ("16", "64", "256"):
            before, rate = cpu_seconds(shop.process.pid), sync_rate(shop.data)
            answer = subprocess.run(
                [os.path.join(sys.argv[1], "buyers"), shop.url, buyers, SECONDS, *skus],
                capture_output=True,
                text=True,
                check=True,
            )
            figures = json.loads(answer.stdout)
            used = (cpu_seconds(shop.process.pid) - before) / max(figures["checkouts"], 1)
            print(
                f"{buyers:>4} buyers: {figures['checkoutsPerSecond']} checkouts/s, p50 {figures['p50Ms']} ms, "
                f"p99 {figures['p99Ms']} ms, {used * 1e6:.0f} us CPU of the shop each; "
                f"fdatasync just before: {rate:.0f}/s"
            )
        print(f"RSS after: {shop.rss_mib():.1f} MiB")
        admin = shop.admin_after_restart(admin)
        wait_for(lambda: broken_invariants(admin) == [], 60, "the invariants")
        print("invariants: all hold")


if __name__ == "__main__":
    main()
