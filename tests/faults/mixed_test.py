"""The real process is killed and frozen while buyers pay with every kind of token and a merchant ships: after each
fault the books agree, nothing that was acknowledged is lost, and nobody pays twice."""

import os
import random
import signal
import threading
import unittest

from support.books import differences, rows
from support.buyer import any_sku, set_stock, unsettled, wait_until_sound
from support.shop import Shop, wait_for
from support.stubborn import TOKENS, Door, Merchant, Purchase

ROUNDS = int(os.environ.get("KILL_ROUNDS", "3"))
BUYERS = int(os.environ.get("MIXED_BUYERS", "14"))
FAULTS = ("kill", "freeze", "kill while frozen")
# Short enough for a test, in the proportions of the defaults.
SETTINGS = {
    "KONTOR_ORDER__PAYMENT_DEADLINE": "1s",
    "KONTOR_ORDER__PAYMENT_SETTLE": "3s",
    "KONTOR_ORDER__CHECKOUT_HOLD": "5s",
    "KONTOR_ORDER__INVARIANTS_SETTLE": "500ms",
    "KONTOR_PAYMENT__SANDBOX_UNKNOWN_PENDING": "3s",
    "KONTOR_PAYMENT__SANDBOX_LATE_WEBHOOK_DELAY": "1s",
}


class MixedTest(unittest.TestCase):
    def test_faults_under_all_tokens(self):
        with Shop(SETTINGS) as shop:
            self.begin(shop)
            threads = [threading.Thread(target=self.buy, args=(number,)) for number in range(BUYERS)]
            threads.append(threading.Thread(target=self.ship))
            [thread.start() for thread in threads]
            try:
                for number in range(ROUNDS):
                    self.disturb(shop, FAULTS[number % len(FAULTS)])
                    self.assert_sound(shop)
            finally:
                self.enough.set()
                [thread.join() for thread in threads]
            self.assertEqual(self.failures, [])
            self.assert_all_ended(shop)
            self.assert_books_agree(shop)

    def begin(self, shop):
        admin = shop.admin()
        self.staff_token = admin.token
        self.sku = any_sku(shop.client())
        set_stock(admin, self.sku, 100_000)
        self.door = Door(shop.url)
        self.enough = threading.Event()
        self.finished, self.failures, self.shipped = [], [], {}

    def buy(self, number):
        """One purchase after another; each thread begins with another token."""
        lot = random.Random(number)
        try:
            for turn in range(number, 1_000_000):
                if self.enough.is_set():
                    return
                purchase = Purchase(self.door, self.sku, TOKENS[turn % len(TOKENS)], approve=lot.random() < 0.7)
                self.finished.append(purchase.run())
        except AssertionError as failure:
            self.failures.append(f"buyer {number}: {failure}")
            self.enough.set()

    def ship(self):
        """Ships every second order that was acknowledged."""
        merchant = Merchant(self.door, token=self.staff_token, patience=3600, call_seconds=3)
        seen = 0
        try:
            while not self.enough.is_set():
                for purchase in self.finished[seen:]:
                    seen += 1
                    if purchase.outcome == "ordered" and seen % 2 == 0:
                        self.shipped[purchase.order["id"]] = merchant.ship(purchase.order)
                merchant.pause()
        except AssertionError as failure:
            self.failures.append(f"merchant: {failure}")
            self.enough.set()

    def disturb(self, shop, fault):
        paid, cut = self.door.paid, self.door.cut
        self.door.wait_for(lambda: self.door.paid >= paid + BUYERS or self.enough.is_set(), 60, "payments")
        if fault != "kill":
            shop.process.send_signal(signal.SIGSTOP)
            # Until several have given up waiting: they come again with their keys, to a process that does not answer.
            self.door.wait_for(lambda: self.door.cut >= cut + 5 or self.enough.is_set(), 60, "calls cut off")
        if fault == "freeze":
            shop.process.send_signal(signal.SIGCONT)
            return
        self.door.close()
        shop.kill()
        shop.start()
        self.door.open(shop.url)

    def assert_sound(self, shop):
        admin = shop.client(self.staff_token)
        wait_until_sound(admin)
        for purchase in list(self.finished):
            Purchase.check(self.asked_now(purchase))

    def asked_now(self, purchase):
        """The same purchase with a fresh patience: its thread may be at its next one already."""
        purchase.deadline = Merchant(self.door).deadline
        purchase.client = None
        return purchase

    def assert_all_ended(self, shop):
        admin = shop.client(self.staff_token)
        wait_for(lambda: not unsettled(admin), 60, "the end of every hold")
        self.assert_sound(shop)
        counts = {}
        for purchase in self.finished:
            what = (purchase.payment_token, purchase.outcome)
            counts[what] = counts.get(what, 0) + 1
        print(f"\n{ROUNDS} faults, {self.door.cut} calls cut off, {len(self.shipped)} parcels shipped; purchases:")
        for (token, outcome), count in sorted(counts.items()):
            print(f"  {token:22} {outcome:10} {count}")
        self.assertEqual({token for token, _ in counts}, set(TOKENS), "some token was never tried to its end")

    def assert_books_agree(self, shop):
        """By other eyes: the files of the stopped shop, and `kontor doctor`."""
        shop.stop()
        self.assertEqual(differences(shop.data), [])
        ordered = {purchase.order["id"] for purchase in self.finished if purchase.outcome == "ordered"}
        kept = {order for (order,) in rows(shop.data, "order", "SELECT id FROM orders")}
        self.assertLessEqual(ordered, kept)
        code, report = shop.doctor()
        self.assertEqual((code, [check for check in report["checks"] if check["state"] != "ok"]), (0, []))


if __name__ == "__main__":
    unittest.main()
