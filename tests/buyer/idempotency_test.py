"""Idempotency keys on the real binary: one effect and one answer, and no reach beyond caller, method and path."""

import threading
import unittest

from support.buyer import any_sku, buy, complete, expect, key, level, new_cart, pay
from support.shop import Shop
from support.shop_case import QUICK, ShopTestCase

PASSWORD = "a long enough passphrase"


class IdempotencyTest(ShopTestCase):
    SETTINGS = QUICK

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sku = any_sku(cls.shop.client())

    def customer(self):
        name = key()["Idempotency-Key"][-12:]
        account = {"email": f"{name}@example.org", "password": PASSWORD, "name": name}
        return self.shop.client(expect(self.buyer.post("/v1/store/auth/register", account), 201)["token"])

    def assert_same(self, first, again):
        self.assertEqual((first.status, first.body), (again.status, again.body))

    def assert_reused(self, answer):
        self.assertEqual((answer.status, answer.reason), (422, "IDEMPOTENCY_KEY_REUSED"))

    def test_a_line_is_added_once(self):
        cart, once = new_cart(self.buyer), key()
        lines = f"/v1/store/carts/{cart}/lines"
        first = self.buyer.post(lines, {"sku": self.sku, "quantity": 1}, headers=once)
        self.assert_same(first, self.buyer.post(lines, {"sku": self.sku, "quantity": 1}, headers=once))
        self.assert_reused(self.buyer.post(lines, {"sku": self.sku, "quantity": 2}, headers=once))
        shown = expect(self.buyer.get(f"/v1/store/carts/{cart}"), 200)
        self.assertEqual([line["quantity"] for line in shown["lines"]], [1])

    def test_two_repeats_at_once_have_one_effect(self):
        cart, once = new_cart(self.buyer), key()
        answers, start = [], threading.Barrier(6)

        def add():
            client = self.shop.client()
            start.wait()
            answers.append(
                client.post(f"/v1/store/carts/{cart}/lines", {"sku": self.sku, "quantity": 1}, headers=once)
            )

        threads = [threading.Thread(target=add) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual({(answer.status, answer.body) for answer in answers}, {(201, answers[0].body)})

    def test_a_key_has_its_limits(self):
        for bad in ("x" * 19, "x" * 256, "has a blank in its middle"):
            answer = self.buyer.post("/v1/store/carts", headers={"Idempotency-Key": bad})
            self.assertEqual((answer.status, answer.reason), (400, "BAD_IDEMPOTENCY_KEY"), bad)
        for good in ("y" * 20, "y" * 255):
            expect(self.buyer.post("/v1/store/carts", headers={"Idempotency-Key": good}), 201)
        expect(self.customer().post("/v1/store/carts", headers={"Idempotency-Key": "1"}), 201)

    def test_a_refusal_is_not_kept_and_a_decline_is(self):
        cart, once = new_cart(self.buyer), key()
        early = complete(self.buyer, cart, headers=once)
        self.assertEqual(early.reason, "PAYMENT_REQUIRED")
        expect(self.buyer.post(f"/v1/store/carts/{cart}/lines", {"sku": self.sku, "quantity": 1}), 201)
        declined_once = key()
        declined = pay(self.buyer, cart, "tok_decline", headers=declined_once)
        self.assertEqual((declined.status, declined.reason), (402, "PAYMENT_DECLINED"))
        expect(pay(self.buyer, cart), 201)
        again = pay(self.buyer, cart, "tok_decline", headers=declined_once)
        self.assertEqual((again.status, again.reason), (402, "PAYMENT_DECLINED"))
        expect(complete(self.buyer, cart, headers=once), 201)

    def test_a_key_cannot_reach_another_cart(self):
        once = key()
        mine, theirs = new_cart(self.buyer), new_cart(self.shop.client())
        line = {"sku": self.sku, "quantity": 1}
        first = expect(self.buyer.post(f"/v1/store/carts/{mine}/lines", line, headers=once), 201)
        other = expect(self.shop.client().post(f"/v1/store/carts/{theirs}/lines", line, headers=once), 201)
        self.assertEqual((first["id"], other["id"]), (mine, theirs))
        # … nor may another body under the same key be told that it exists.
        third = new_cart(self.buyer)
        expect(self.buyer.post(f"/v1/store/carts/{third}/lines", {**line, "quantity": 2}, headers=once), 201)

    def test_a_key_cannot_reach_another_caller(self):
        once = key()
        carts = [
            expect(client.post("/v1/store/carts", {}, headers=once), 201)["id"]
            for client in (self.customer(), self.customer(), self.admin, self.buyer)
        ]
        self.assertEqual(len(set(carts)), 4)

    def test_a_key_cannot_reach_another_method(self):
        once = key()
        cart = new_cart(self.buyer, self.sku)
        expect(pay(self.buyer, cart, headers=once), 201)
        expect(complete(self.buyer, cart, headers=once), 201)
        other = expect(self.buyer.get(f"/v1/store/carts/{new_cart(self.buyer, self.sku)}"), 200)
        line = f"/v1/store/carts/{other['id']}/lines/{other['lines'][0]['id']}"
        patched = expect(self.buyer.call("PATCH", line, {"quantity": 2}, headers=once), 200)
        self.assertEqual(patched["lines"][0]["quantity"], 2)
        removed = expect(self.buyer.call("DELETE", line, headers=once), 200)
        self.assertEqual(removed["lines"], [])
        self.assertEqual(expect(self.buyer.call("DELETE", line, headers=once), 200)["lines"], [])

    def test_staff_calls_are_answered_once(self):
        before = level(self.admin, self.sku)["onHand"]
        once, change = key(), {"sku": self.sku, "location": "main", "delta": 5, "reason": "count"}
        path = "/v1/admin/inventory/adjustments"
        self.assert_same(
            self.admin.post(path, change, headers=once), self.admin.post(path, change, headers=once)
        )
        self.assertEqual(level(self.admin, self.sku)["onHand"], before + 5)
        self.assert_reused(self.admin.post(path, {**change, "delta": 6}, headers=once))
        order = buy(self.buyer, self.sku)
        cancel = f"/v1/admin/orders/{order['id']}/cancel"
        seen = {**once, "If-Match": f'"v{expect(self.admin.get(cancel[:-7]), 200)["version"]}"'}
        first = self.admin.post(cancel, {"reason": "a call"}, headers=seen)
        self.assert_same(first, self.admin.post(cancel, {"reason": "a call"}, headers=seen))

    def test_an_account_is_made_once(self):
        once, name = key(), key()["Idempotency-Key"][-12:]
        account = {"email": f"{name}@example.org", "password": PASSWORD, "name": name}
        first = self.buyer.post("/v1/store/auth/register", account, headers=once)
        self.assert_same(first, self.buyer.post("/v1/store/auth/register", account, headers=once))
        self.assert_reused(
            self.buyer.post("/v1/store/auth/register", {**account, "password": PASSWORD + "!"}, headers=once)
        )
        taken = self.buyer.post("/v1/store/auth/register", account, headers=key())
        self.assertEqual((taken.status, taken.reason), (409, "EMAIL_TAKEN"))
        member = {"email": f"{name}@example.com", "name": name, "password": PASSWORD, "roles": ["support"]}
        hired = self.admin.post("/v1/admin/staff", member, headers=once)
        self.assert_same(hired, self.admin.post("/v1/admin/staff", member, headers=once))
        clerk = self.shop.client()
        login = {"email": member["email"], "password": PASSWORD}
        clerk.token = expect(clerk.post("/v1/admin/auth/login", login), 200)["token"]
        change = {"currentPassword": PASSWORD, "newPassword": PASSWORD + " 2"}
        changed = clerk.post("/v1/admin/me/password", change, headers=once)
        self.assert_same(changed, clerk.post("/v1/admin/me/password", change, headers=once))
        self.assertEqual(changed.status, 200)

    def test_a_file_is_imported_once(self):
        once = key()
        rows = "Handle,Title,Variant SKU,Variant Price\nonce,Once,once-1,3.00\n".encode()
        headers = {**once, "Content-Type": "text/csv"}
        first = self.admin.post("/v1/admin/imports", raw=rows, headers=headers)
        again = self.admin.post("/v1/admin/imports", raw=rows, headers=headers)
        self.assertEqual(first.status, 202, first)
        self.assert_same(first, again)
        self.assert_reused(self.admin.post("/v1/admin/imports", raw=rows + b"two,Two,two-1,4.00\n", headers=headers))

    def test_a_bank_page_is_answered_once(self):
        once, cart = key(), new_cart(self.buyer, self.sku)
        paid = expect(pay(self.buyer, cart, "tok_requires_action"), 201)
        page = paid["payment"]["nextAction"]["url"]
        first = self.buyer.post(page, {"outcome": "approve"}, headers=once)
        self.assert_same(first, self.buyer.post(page, {"outcome": "approve"}, headers=once))
        self.assert_reused(self.buyer.post(page, {"outcome": "decline"}, headers=once))

    def test_an_answer_survives_a_kill(self):
        with Shop(QUICK) as shop:
            buyer, once = shop.client(), key()
            cart = new_cart(buyer, any_sku(buyer))
            paid = pay(buyer, cart, headers=once)
            made = complete(buyer, cart, headers=once)
            shop.restart()
            buyer = shop.client()
            self.assert_same(paid, pay(buyer, cart, headers=once))
            self.assert_same(made, complete(buyer, cart, headers=once))


if __name__ == "__main__":
    unittest.main()
