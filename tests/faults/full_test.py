"""What runs out: the disk in the middle of checkouts, and file descriptors. The shop says so, loses nothing that it
acknowledged, and goes on once there is room."""

import http.client
import os
import shutil
import socket
import subprocess
import tempfile
import threading
import unittest

from support.books import differences
from support.buyer import any_sku, buy, complete, expect, new_cart, pay, set_stock, track, unsettled, wait_until_sound
from support.shop import Shop, wait_for

LOST = (OSError, http.client.HTTPException)
DISK_MIB = 48
SETTINGS = {"KONTOR_ORDER__CHECKOUT_HOLD": "4s", "KONTOR_ORDER__INVARIANTS_SETTLE": "500ms"}


def cannot_mount():
    """Why a small disk of one's own cannot be had here; None when it can."""
    if shutil.which("unshare") is None:
        return "there is no unshare"
    tried = subprocess.run(
        ["unshare", "-rm", "mount", "-t", "tmpfs", "tmpfs", "/mnt"], capture_output=True, text=True
    )
    return None if tried.returncode == 0 else f"no mounts of one's own: {tried.stderr.strip()}"


class SmallDisk(Shop):
    """A shop whose data folder lies on a disk of a few MiB, which only it sees."""

    def __init__(self, settings):
        self.disk = os.path.join(tempfile.mkdtemp(prefix="kontor-test-"), "disk")
        os.mkdir(self.disk)
        script = f'mount -t tmpfs -o size={DISK_MIB}m tmpfs "$0" && exec "$@"'
        super().__init__(settings, prefix=["unshare", "-rm", "sh", "-c", script, self.disk])
        self.data = os.path.join(self.disk, "data")
        self.own_data = False

    def inside(self, *names):
        """A path on the disk as this process reaches it."""
        return os.path.join(f"/proc/{self.process.pid}/root{self.disk}", *names)

    def fill(self):
        """Leaves no byte."""
        with open(self.inside("filler"), "ab", buffering=0) as filler:
            try:
                while True:
                    filler.write(bytes(65536))
            except OSError:
                pass

    def make_room(self):
        os.remove(self.inside("filler"))

    def save(self):
        """Copies the data folder of the running process away, once it has stopped writing; returns where."""
        copy = os.path.join(os.path.dirname(self.disk), "copy")
        shutil.copytree(self.inside("data"), copy)
        return copy

    def __exit__(self, *_):
        self.stop()
        shutil.rmtree(os.path.dirname(self.disk), ignore_errors=True)


class FullDiskTest(unittest.TestCase):
    def setUp(self):
        if why := cannot_mount():
            self.skipTest(why)

    def test_a_full_disk_in_the_middle_of_checkouts(self):
        with SmallDisk(SETTINGS) as shop:
            admin = shop.admin()
            sku = any_sku(shop.client())
            set_stock(admin, sku, 100_000)
            orders, refusals, stop = [], [], threading.Event()
            buyers = [threading.Thread(target=self.buy, args=(shop, sku, orders, refusals, stop)) for _ in range(8)]
            [buyer.start() for buyer in buyers]
            try:
                wait_for(lambda: len(orders) >= 10, 60, "the first orders")
                shop.fill()
                wait_for(lambda: len(refusals) >= 20, 60, f"refusals: {shop.log_tail()}")
                self.assertIsNone(shop.process.poll(), shop.log_tail())
                # Reads go on, and what is there can be shown.
                self.assertEqual(shop.client().get("/v1/store/products?pageSize=20").status, 200)
                self.assertEqual(track(shop.client(), orders[0]).status, 200)
                shop.make_room()
                before = len(orders)
                wait_for(lambda: len(orders) >= before + 10, 60, f"new orders: {shop.log_tail()}")
            finally:
                stop.set()
                [buyer.join() for buyer in buyers]
            self.assert_clear(refusals)
            for order in orders:
                self.assertEqual(expect(track(shop.client(), order), 200)["id"], order["id"])
            wait_for(lambda: not unsettled(admin), 60, "the end of every hold")
            wait_until_sound(admin)
            print(f"\nfull disk: {len(orders)} orders, {len(refusals)} refused calls, 0 lost")

    def buy(self, shop, sku, orders, refusals, stop):
        client = shop.client()
        while not stop.is_set():
            try:
                cart = new_cart(client, sku)
                paid = pay(client, cart)
                done = complete(client, cart)
            except AssertionError as refused:
                refusals.append(str(refused))
                continue
            except LOST as lost:
                refusals.append(f"the connection was cut: {lost!r}")
                client = shop.client()
                continue
            if done.status == 201 and done.json["order"]["status"] == "confirmed":
                orders.append(done.json["order"])
            else:
                refusals += [str(answer) for answer in (paid, done) if answer.status >= 400]

    def assert_clear(self, refusals):
        """A write that finds no room says so; calls that follow from an unfinished one may say that."""
        full = [text for text in refusals if "STORE_FULL" in text]
        self.assertGreater(len(full), 0, refusals[:5])
        self.assertIn("make room", full[0])
        allowed = ("STORE_FULL", "PAYMENT_PENDING", "PAYMENT_REQUIRED", "CART_CLOSED", "STORE_UNAVAILABLE", "CONFLICT")
        strange = [text for text in refusals if not any(word in text for word in allowed)]
        self.assertEqual(strange, [])


class DescriptorsTest(unittest.TestCase):
    LIMIT = 256
    # What a loop's readers open when they are first needed: two files for each store.
    READERS = 24

    def test_a_crowd_of_connections_leaves_descriptors_to_the_stores(self):
        limit = ["prlimit", f"--nofile={self.LIMIT}:{self.LIMIT}"]
        with Shop({**SETTINGS, "KONTOR_PROCESS__LOOPS": "2"}, prefix=limit) as shop:
            admin = shop.admin()
            sku = any_sku(shop.client())
            set_stock(admin, sku, 1_000)
            known = shop.client()
            order = buy(known, sku)
            baseline = self.descriptors(shop)
            crowd = [self.connected(known) for _ in range(2 * self.LIMIT)]
            try:
                refused = self.refused(crowd)
                self.assertGreater(refused, self.LIMIT, "more were let in than there are descriptors for")
                # Who is in is served as ever, from stores that could open their files.
                self.assertEqual(expect(track(known, order), 200)["id"], order["id"])
                again = buy(known, sku)
                self.assertLess(self.descriptors(shop), self.LIMIT)
            finally:
                [one.close() for one in crowd]
            most = baseline + self.READERS
            wait_for(lambda: self.descriptors(shop) <= most, 30, "the descriptors' return to their baseline")
            fresh = shop.client()
            for one in (order, again, buy(fresh, sku)):
                self.assertEqual(expect(track(fresh, one), 200)["id"], one["id"])
            wait_until_sound(admin)
            self.assertIn("raise the limit (ulimit -n)", shop.log_tail(200_000))
            self.assertEqual(shop.stop(), 0)
            self.assertEqual(differences(shop.data), [])
            print(f"\ndescriptors: {len(crowd)} connections, {refused} refused with 503, {self.LIMIT} descriptors")

    def connected(self, client):
        one = socket.create_connection((client.host, client.port), timeout=10)
        one.setblocking(False)
        return one

    def refused(self, crowd):
        """How many were answered 503 and let go; nobody may be cut off without a word."""
        answers = {}

        def settled():
            for one in crowd:
                if one in answers:
                    continue
                try:
                    answers[one] = one.recv(200)
                except BlockingIOError:
                    pass
            return len(answers) > self.LIMIT

        wait_for(settled, 30, "clean refusals")
        for answer in answers.values():
            self.assertTrue(answer.startswith(b"HTTP/1.1 503 "), answer)
        return len(answers)

    def descriptors(self, shop):
        return len(os.listdir(f"/proc/{shop.process.pid}/fd"))


if __name__ == "__main__":
    unittest.main()
