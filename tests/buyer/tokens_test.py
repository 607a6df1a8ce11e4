"""Every outcome that the sandbox provider can have ends as the domain says, and both books agree after each."""

import threading
import time
import unittest

from support.buyer import broken_invariants, complete, expect, level, new_cart, pay, track, unsettled
from support.shop import wait_for
from support.shop_case import QUICK, ShopTestCase


class TokensTest(ShopTestCase):
    # Short enough for a test, in the proportions of the defaults.
    SETTINGS = {
        "KONTOR_ORDER__PAYMENT_DEADLINE": "1s",
        "KONTOR_ORDER__PAYMENT_SETTLE": "3s",
        "KONTOR_ORDER__CHECKOUT_HOLD": "8s",
        **QUICK,
        "KONTOR_PAYMENT__SANDBOX_UNKNOWN_PENDING": "3s",
        "KONTOR_PAYMENT__SANDBOX_LATE_WEBHOOK_DELAY": "2s",
    }

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Each test buys a product of its own, so that what another one holds does not show.
        products = expect(cls.shop.client().get("/v1/store/products?pageSize=50"), 200)["products"]
        cls.skus = [product["variants"][0]["sku"] for product in products]

    def setUp(self):
        super().setUp()
        self.sku = self.skus.pop()
        self.cart = new_cart(self.buyer, self.sku)
        self.held = level(self.admin, self.sku)["held"]

    def tearDown(self):
        wait_for(lambda: broken_invariants(self.admin) == [], 15, f"the invariants: {broken_invariants(self.admin)}")

    def decide(self, paid, outcome):
        action = paid["payment"]["nextAction"]
        self.assertEqual(action["type"], "redirect")
        path = "/sandbox/actions/" + action["url"].rsplit("/", 1)[1]
        expect(self.buyer.post(path, {"outcome": outcome}), 200)

    def state(self):
        return expect(self.buyer.get(f"/v1/store/carts/{self.cart}"), 200)["state"]

    def wait_for_order(self, status, payment_status):
        def arrived():
            answer = complete(self.buyer, self.cart)
            order = (answer.json or {}).get("order")
            return order if order and (order["status"], order["paymentStatus"]) == (status, payment_status) else None

        return wait_for(arrived, 20, f"an order {status}/{payment_status}")

    def test_decline_then_another_token(self):
        declined = pay(self.buyer, self.cart, "tok_decline")
        self.assertEqual((declined.status, declined.reason), (402, "PAYMENT_DECLINED"))
        self.assertEqual(self.state(), "active")
        self.assertEqual(level(self.admin, self.sku)["held"], self.held)
        expect(pay(self.buyer, self.cart, "tok_approve"), 201)
        expect(complete(self.buyer, self.cart), 201)

    def test_action_required_then_approved(self):
        paid = expect(pay(self.buyer, self.cart, "tok_requires_action"), 201)
        self.assertEqual(paid["payment"]["state"], "requires_action")
        early = complete(self.buyer, self.cart)
        self.assertEqual((early.status, early.reason), (409, "PAYMENT_ACTION_REQUIRED"))
        self.decide(paid, "approve")
        # The webhook completes the checkout without the buyer.
        wait_for(lambda: self.state() == "completed", 10, "the completed cart")
        order = expect(complete(self.buyer, self.cart), 200)["order"]
        self.assertEqual(expect(track(self.buyer, order), 200)["status"], "confirmed")

    def test_action_required_then_declined(self):
        paid = expect(pay(self.buyer, self.cart, "tok_requires_action"), 201)
        self.decide(paid, "decline")
        wait_for(lambda: self.state() == "active", 10, "the reopened cart")
        self.assertEqual(level(self.admin, self.sku)["held"], self.held)
        self.assertEqual(complete(self.buyer, self.cart).reason, "PAYMENT_REQUIRED")

    def test_slow_is_within_the_wait_or_completes_later(self):
        answer = pay(self.buyer, self.cart, "tok_slow")
        self.assertEqual(answer.status, 202, answer)
        pending = complete(self.buyer, self.cart)
        self.assertIn(pending.status, (200, 201, 202), pending)
        self.wait_for_order("confirmed", "authorized")

    def test_time_out_is_found_out_by_asking(self):
        answer = pay(self.buyer, self.cart, "tok_timeout")
        self.assertEqual(answer.status, 202, answer)
        order = complete(self.buyer, self.cart)
        self.assertIn(order.status, (200, 202), order)
        self.wait_for_order("confirmed", "authorized")

    def test_while_the_outcome_is_unknown_nothing_else_may_be_paid(self):
        expect(pay(self.buyer, self.cart, "tok_unknown"), 202)
        again = pay(self.buyer, self.cart, "tok_approve")
        self.assertEqual((again.status, again.reason), (409, "PAYMENT_PENDING"))
        line = self.buyer.post(f"/v1/store/carts/{self.cart}/lines", {"sku": self.sku, "quantity": 1})
        self.assertEqual((line.status, line.reason), (409, "PAYMENT_PENDING"))
        wait_for(lambda: self.state() == "active", 25, "the reopened cart")

    def test_unknown_then_known_to_nobody_cancels_the_order(self):
        expect(pay(self.buyer, self.cart, "tok_unknown"), 202)
        order = expect(complete(self.buyer, self.cart), 202)["order"]
        self.assertEqual((order["status"], order["paymentStatus"]), ("pending", "awaiting"))
        wait_for(lambda: expect(track(self.buyer, order), 200)["status"] == "cancelled", 25, "the cancelled order")
        self.assertEqual(self.state(), "active")
        self.assertEqual(level(self.admin, self.sku)["held"], self.held)

    def test_unknown_then_a_crash_ends_the_same(self):
        expect(pay(self.buyer, self.cart, "tok_unknown"), 202)
        self.shop.restart()
        type(self).admin = self.shop.admin_after_restart(self.admin)
        self.buyer = self.shop.client()
        wait_for(lambda: self.state() == "active", 25, "the reopened cart")

    def test_expiry_leaves_nothing(self):
        expect(pay(self.buyer, self.cart), 201)
        self.assertEqual(level(self.admin, self.sku)["held"], self.held + 1)
        wait_for(lambda: self.state() == "active", 25, "the expiry")
        self.assertEqual(level(self.admin, self.sku)["held"], self.held)
        self.assertEqual(complete(self.buyer, self.cart).reason, "PAYMENT_REQUIRED")

    def test_a_late_webhook_completes_an_unchanged_cart(self):
        expect(pay(self.buyer, self.cart, "tok_late_webhook"), 201)
        wait_for(lambda: self.state() == "active", 25, "the expiry")
        wait_for(lambda: self.state() == "completed", 25, "the late authorisation")
        expect(complete(self.buyer, self.cart), 200)

    def test_a_late_webhook_of_a_changed_cart_gives_the_money_back(self):
        expect(pay(self.buyer, self.cart, "tok_late_webhook"), 201)
        wait_for(lambda: self.state() == "active", 25, "the expiry")
        expect(self.buyer.post(f"/v1/store/carts/{self.cart}/lines", {"sku": self.sku, "quantity": 1}), 201)
        time_of_webhook = time.monotonic() + 4
        wait_for(lambda: time.monotonic() > time_of_webhook, 10)
        wait_for(lambda: broken_invariants(self.admin) == [], 15, "the void")
        self.assertEqual(self.state(), "active")
        self.assertEqual(level(self.admin, self.sku)["held"], self.held)

    def test_two_tabs_at_once_make_one_order(self):
        answers = []
        start = threading.Barrier(2)

        def tab():
            client = self.shop.client()
            start.wait()
            answers.append(pay(client, self.cart))
            answers.append(complete(client, self.cart))

        tabs = [threading.Thread(target=tab) for _ in range(2)]
        [one.start() for one in tabs]
        [one.join() for one in tabs]
        final = complete(self.buyer, self.cart)
        if final.reason == "PAYMENT_REQUIRED":
            expect(pay(self.buyer, self.cart), 201)
            final = complete(self.buyer, self.cart)
        order = final.json["order"]["id"]
        made = {answer.json["order"]["id"] for answer in answers if answer.json and "order" in answer.json}
        self.assertLessEqual(made, {order}, answers)
        for answer in answers:
            self.assertIn(answer.status, (200, 201, 409), answer)

    def test_nothing_is_left_held(self):
        wait_for(lambda: not unsettled(self.admin), 25, "the holds")


if __name__ == "__main__":
    unittest.main()
