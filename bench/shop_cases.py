"""What several cases need of a running shop: articles that never sell out, and buyers who buy them."""

import os
import time

from drivers import checked
from support.buyer import broken_invariants, expect, new_cart, set_stock
from support.shop import wait_for

PLENTY = 1_000_000_000


class Buyers:
    """Runs bench/buyers.cpp against a shop whose first articles have been stocked for it."""

    def __init__(self, drivers, shop, admin):
        self.drivers, self.shop = drivers, shop
        client = shop.client()
        products = expect(client.get("/v1/store/products?pageSize=50"), 200)["products"]
        self.skus = [product["variants"][0]["sku"] for product in products]
        for sku in self.skus:
            set_stock(admin, sku, PLENTY)
        cart = new_cart(client, self.skus[0])
        options = expect(client.get(f"/v1/store/carts/{cart}/shipping-options"), 200)["shippingOptions"]
        self.option = options[0]["id"]

    def buy(self, buyers, seconds, **more):
        """One run of so many buyers; a checkout without an order ends everything."""
        arguments = ["--port", self.shop.port, "--connections", buyers, "--seconds", seconds, "--option", self.option]
        for sku in self.skus:
            arguments += ["--sku", sku]
        for pid in self.shop.pids:
            arguments += ["--pid", pid]
        for name, value in more.items():
            arguments += ["--" + name, value]
        return checked(self.drivers.run("buyers", *arguments), f"{buyers} buyers")


def sync_rate(folder, seconds=0.5):
    """Appends of 4 KiB with fdatasync a second: what a writer without group commit can do at most."""
    path = os.path.join(folder, "sync.probe")
    handle = os.open(path, os.O_CREAT | os.O_WRONLY)
    count, began = 0, time.monotonic()
    while time.monotonic() - began < seconds:
        os.write(handle, b"x" * 4096)
        os.fdatasync(handle)
        count += 1
    elapsed = time.monotonic() - began
    os.close(handle)
    os.unlink(path)
    return count / elapsed


def require_invariants(admin, within=60):
    """Waits until every invariant holds (checkouts that were cut off may have to be tidied up); else ends the run.

    `admin` is a connection of its own: the one that the case began with has been idle for longer than the shop allows.
    """
    wait_for(lambda: broken_invariants(admin) == [], within, "all invariants after the load")
