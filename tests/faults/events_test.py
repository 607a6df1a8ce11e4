"""Events of the real shop: messages to shoppers, seen and replayed by staff, over kill -9."""

import http.client
import json
import os
import re
import subprocess
import threading
import time
import unittest

from support.buyer import any_sku, broken_invariants, buy, expect, set_stock
from support.shop import BINARY, ROOT, Shop, wait_for

ROUNDS = int(os.environ.get("EVENT_KILLS", "3"))
SETTINGS = {"KONTOR_NOTIFICATION__INTERVAL": "50ms", "KONTOR_NOTIFICATION__TRANSPORT": "folder"}
LOST = (OSError, http.client.HTTPException)


def messages(admin, order):
    return expect(admin.get(f"/v1/admin/messages?order={order}&pageSize=100"), 200)["messages"]


def kinds(admin, order):
    return [message["kind"] for message in reversed(messages(admin, order))]


def kontor(*arguments, token="", timeout=60):
    environment = {**os.environ, "KONTOR_TOKEN": token}
    return subprocess.run(
        [BINARY, *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=timeout
    )


class EventsTest(unittest.TestCase):
    def test_the_shopper_is_told_once_and_staff_replay(self):
        with Shop(SETTINGS) as shop:
            admin = shop.admin()
            order = buy(shop.client(), any_sku(shop.client()))
            wait_for(lambda: kinds(admin, order["number"]) == ["order.confirmed"], what="the message")
            wait_for(lambda: all(m["state"] == "sent" for m in messages(admin, order["id"])), what="sending")
            first = messages(admin, order["id"])[0]
            self.assertEqual((first["to"], first["transport"]), ("ada@example.org", "folder"))
            with open(os.path.join(shop.data, "mail", first["id"] + ".eml"), encoding="utf-8") as mail:
                self.assertIn("To: ada@example.org", mail.read())
            self.events_are_listed(admin, order)
            self.events_are_replayed(shop, admin, order)
            self.events_hold_nothing_secret(admin, order)
            self.assertEqual(broken_invariants(admin), [])

    def events_are_listed(self, admin, order):
        page = expect(admin.get(f"/v1/admin/events?subject={order['id']}"), 200)
        self.assertEqual([event["type"] for event in page["events"]], ["order.confirmed", "order.placed"])
        self.assertEqual(json.loads(page["events"][1]["data"])["number"], order["number"])
        followed = expect(admin.get(f"/v1/admin/events?subject={order['id']}&after=0&pageSize=1"), 200)
        self.assertEqual(followed["events"][0]["type"], "order.placed")
        rest = expect(admin.get(f"/v1/admin/events?subject={order['id']}&after={followed['position']}"), 200)
        self.assertEqual([event["type"] for event in rest["events"]], ["order.confirmed"])
        self.assertEqual(admin.get("/v1/admin/events?after=0&waitSeconds=21").status, 400)

    def events_are_replayed(self, shop, admin, order):
        before = messages(admin, order["id"])
        done = kontor("events", "replay", "--subject", order["id"], "--shop", shop.url, token=admin.token)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, r"^rpl_\w+: [1-9]\d* events delivered once more to .*notification")
        self.assertEqual(messages(admin, order["id"]), before, "a redelivery told the shopper twice")
        again = ["--subject", order["id"], "--group", "notification", "--again", "--shop", shop.url]
        done = kontor("events", "replay", *again, token=admin.token)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(kinds(admin, order["id"]), ["order.confirmed"] * 2, "again means again")

    def events_hold_nothing_secret(self, admin, order):
        page = expect(admin.get("/v1/admin/events?after=0&pageSize=100"), 200)
        text = json.dumps(page)
        for secret in (order["token"], "ada@example.org", "Ada Buyer", "cart_"):
            self.assertNotIn(secret, text)

    def test_a_parcel_and_its_money_are_told_too(self):
        with Shop(SETTINGS) as shop:
            admin = shop.admin()
            order = buy(shop.client(), any_sku(shop.client()))
            parcel = expect(admin.post(f"/v1/admin/orders/{order['id']}/fulfilments", {}), 201)
            by = {"carrier": "Quay Post", "tracking": "QP-1"}
            expect(admin.post(f"/v1/admin/fulfilments/{parcel['id']}/ship", by), 200)
            wait_for(lambda: "payment.captured" in kinds(admin, order["id"]), what="the receipt")
            expect(admin.post(f"/v1/admin/fulfilments/{parcel['id']}/deliver"), 200)
            wait_for(lambda: "order.completed" in kinds(admin, order["id"]), what="the last message")
            told = kinds(admin, order["id"])
            self.assertEqual(told.count("payment.captured"), 1)
            told.remove("payment.captured")  # a stream of its own: it may come before or after the parcel's
            self.assertEqual(
                told, ["order.confirmed", "fulfilment.shipped", "fulfilment.delivered", "order.completed"]
            )
            texts = {message["kind"]: message["text"] for message in messages(admin, order["id"])}
            self.assertIn("Quay Post QP-1", texts["fulfilment.shipped"])
            self.assertIn(order["number"], texts["payment.captured"])

    def test_tail_prints_events_as_they_happen(self):
        with Shop(SETTINGS) as shop:
            admin = shop.admin()
            command = [BINARY, "events", "tail", "--topic", "order", "--to", shop.url, "--token", admin.token]
            tail = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            try:
                # The tail begins at the end of the log: it has asked once its first long poll is on its way.
                order = None
                seen = []
                while len(seen) < 2:
                    order = buy(shop.client(), any_sku(shop.client()))
                    found = kontor("events", "tail", "--subject", order["id"], "--from", "2020-01-01T00:00:00Z",
                                   "--no-follow", "--to", shop.url, token=admin.token)
                    self.assertEqual(found.returncode, 0, found.stderr)
                    seen = found.stdout.splitlines()
                line = tail.stdout.readline()
                self.assertRegex(line, r"^\d{4}-\d\d-\d\dT\S+Z  order\.\w+ +order_\w+ #\d+  evt_\w+  \{")
                self.assertRegex(seen[0], "order.placed +" + order["id"] + " #1 ")
                found = kontor("events", "tail", "--from", "2020-01-01T00:00:00Z", "--no-follow", "--json",
                               "--to", shop.url, token=admin.token)
                self.assertTrue(all("position" in json.loads(row) for row in found.stdout.splitlines()))
                shop.kill()
                self.assertEqual(tail.stderr.readline(),
                                 "kontor: the shop does not answer; events go on when it does\n")
                self.assertIsNone(tail.poll(), "the tail gave up")
            finally:
                tail.kill()
                tail.wait(10)
                tail.stdout.close()
                tail.stderr.close()

    def test_a_follower_does_not_hold_up_the_end(self):
        with Shop(SETTINGS) as shop:
            client = shop.admin()
            answers = []
            path = "/v1/admin/events?subject=nothing&after=0&waitSeconds=20"
            follower = threading.Thread(target=lambda: answers.append(client.get(path)))
            follower.start()
            buy(shop.client(), any_sku(shop.client()))  # meanwhile the follower's call has arrived
            began = time.monotonic()
            self.assertEqual(shop.stop(), 0)
            took = time.monotonic() - began
            follower.join(30)
            self.assertLess(took, 15, "the shop waited for all of a follower's 20 seconds")
            self.assertEqual(expect(answers[0], 200)["events"], [])

    def test_clear_errors(self):
        with Shop(SETTINGS) as shop:
            admin = shop.admin()
            bad = kontor("events", "tail", "--from", "yesterday", "--to", shop.url, token=admin.token)
            self.assertEqual((bad.returncode, bad.stderr),
                             (1, 'kontor: --from "yesterday" is no time: write it as 2026-11-23T06:40:00Z\n'))
            self.assertIn("needs a staff token", kontor("events", "tail", "--to", shop.url).stderr)
            self.assertIn("does not accept the token", kontor("events", "tail", "--to", shop.url, token="x").stderr)
            self.assertIn("nobody listens as group \"mial\"", kontor(
                "events", "replay", "--subject", "x", "--group", "mial", "--shop", shop.url, token=admin.token).stderr)
            nothing = kontor("events", "replay", "--shop", shop.url, token=admin.token)
            self.assertEqual(nothing.returncode, 2)
            self.assertIn("say what to replay", nothing.stderr)
            url = shop.url
        away = kontor("events", "tail", "--to", url, token="x")
        self.assertEqual(away.returncode, 1)
        self.assertIn(re.sub("^http://", "", url), away.stderr)

    def test_each_event_one_message_over_kills(self):
        with Shop(SETTINGS) as shop:
            token = shop.admin().token
            sku = any_sku(shop.client())
            set_stock(shop.client(token), sku, 100_000)
            orders, cut = [], 0
            for _ in range(ROUNDS):
                cut += self.orders_until_a_kill(shop, sku, orders)
                shop.start()
            orders.append(buy(shop.client(), sku))
            admin = shop.client(token)
            for order in orders:
                wait_for(
                    lambda: kinds(admin, order["id"]) == ["order.confirmed"], 30, f"the message of {order['number']}"
                )
            self.assertEqual(expect(admin.get("/v1/admin/dead-letters"), 200)["deadLetters"], [])
            wait_for(lambda: broken_invariants(admin) == [], 20, f"the invariants: {broken_invariants(admin)}")
            print(f"{ROUNDS} kills, {len(orders)} orders with one message each; {cut} buyers cut off")

    def orders_until_a_kill(self, shop, sku, orders):
        """Six buyers buy until the process is killed under them, events on their way. Returns who was cut off."""
        enough, cut, wanted = threading.Event(), [], len(orders) + 8

        def buy_on():
            client = shop.client()
            try:
                while True:
                    orders.append(buy(client, sku))
                    if len(orders) >= wanted:
                        enough.set()
            except LOST:
                cut.append(1)

        buyers = [threading.Thread(target=buy_on) for _ in range(6)]
        [buyer.start() for buyer in buyers]
        self.assertTrue(enough.wait(60), shop.log_tail())
        shop.kill()
        [buyer.join() for buyer in buyers]
        self.assertTrue(cut, "the kill came too late to cut anything off")
        return len(cut)


if __name__ == "__main__":
    unittest.main()
