"""kill -9 in the middle of concurrent checkouts: what was acknowledged is there, and nothing is left over."""

import http.client
import os
import threading
import unittest

from support.buyer import any_sku, broken_invariants, complete, expect, key, new_cart, pay, set_stock, track, unsettled
from support.shop import Shop, wait_for

ROUNDS = int(os.environ.get("KILL_ROUNDS", "3"))
BUYERS = int(os.environ.get("KILL_BUYERS", "100"))
HOLD = int(os.environ.get("KILL_HOLD_SECONDS", "6"))
LOST = (OSError, http.client.HTTPException)


class KillTest(unittest.TestCase):
    def test_kills_among_concurrent_checkouts(self):
        settings = {"KONTOR_ORDER__CHECKOUT_HOLD": f"{HOLD}s", "KONTOR_ORDER__INVARIANTS_SETTLE": "100ms"}
        with Shop(settings) as shop:
            self.admin_token = shop.admin().token
            sku = any_sku(shop.client())
            set_stock(shop.client(self.admin_token), sku, 100_000)
            acknowledged, cut_off = [], 0
            for round_number in range(ROUNDS):
                made, lost = self.checkouts_cut_by_a_kill(shop, sku, stop_after=5 + round_number * 7)
                acknowledged += made
                cut_off += lost
                self.assertGreater(lost, 0, "the kill came too late to cut anything off")
                shop.start()
                self.assert_all_there(shop, acknowledged)
            admin = shop.client(self.admin_token)
            wait_for(lambda: not unsettled(admin), HOLD + 40, "the end of every hold")
            wait_for(lambda: broken_invariants(admin) == [], 20, f"the invariants: {broken_invariants(admin)}")
            print(
                f"{ROUNDS} kills, {len(acknowledged)} acknowledged orders, {cut_off} buyers cut off, 0 lost, "
                f"RSS {shop.rss_mib():.0f} MiB"
            )

    def checkouts_cut_by_a_kill(self, shop, sku, stop_after):
        """Buyers buy until the process is killed under them; returns (acknowledged orders, buyers cut off)."""
        orders, lost, enough = [], [], threading.Event()

        def buy():
            client = shop.client()
            try:
                while True:
                    cart = new_cart(client, sku)
                    once = key()
                    if pay(client, cart, headers=once).status != 201:
                        continue
                    answer = complete(client, cart)
                    if answer.status == 201:
                        orders.append(answer.json["order"])
                        if len(orders) >= stop_after:
                            enough.set()
            except LOST:
                lost.append(1)

        buyers = [threading.Thread(target=buy) for _ in range(BUYERS)]
        [buyer.start() for buyer in buyers]
        self.assertTrue(enough.wait(60), shop.log_tail())
        shop.kill()
        [buyer.join() for buyer in buyers]
        return orders, len(lost)

    def assert_all_there(self, shop, orders):
        client = shop.client()
        for order in orders:
            found = expect(track(client, order), 200)
            self.assertEqual((found["id"], found["status"]), (order["id"], "confirmed"))


if __name__ == "__main__":
    unittest.main()
