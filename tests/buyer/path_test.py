"""The buyer's path on the real binary: from a product to a tracked order, and what may go wrong on the way."""

import unittest

from support.buyer import (
    ADDRESS,
    any_sku,
    broken_invariants,
    buy,
    complete,
    expect,
    first_product,
    key,
    level,
    new_cart,
    pay,
    set_stock,
    track,
)
from support.shop import wait_for
from support.shop_case import QUICK, ShopTestCase


class PathTest(ShopTestCase):
    SETTINGS = QUICK

    def test_products_show_price_and_stock(self):
        product = first_product(self.buyer)
        variant = product["variants"][0]
        self.assertEqual(variant["price"]["currency"], "EUR")
        self.assertGreater(variant["price"]["amount"], 0)
        self.assertGreaterEqual(variant["available"], 0)
        one = self.buyer.get(f"/v1/store/products/{product['handle']}")
        self.assertEqual(expect(one, 200)["id"], product["id"])
        again = self.buyer.get(
            f"/v1/store/products/{product['handle']}", headers={"If-None-Match": one.headers["etag"]}
        )
        self.assertEqual(again.status, 304)

    def test_pages_hold_every_product_once(self):
        seen, token = [], ""
        while True:
            page = expect(
                self.buyer.get("/v1/store/products?pageSize=7" + (f"&pageToken={token}" if token else "")), 200
            )
            seen += [product["id"] for product in page["products"]]
            token = page.get("nextPageToken")
            if not token:
                break
        self.assertEqual(len(seen), len(set(seen)))
        self.assertGreaterEqual(len(seen), 48)

    def test_an_order_is_made_and_tracked(self):
        sku = any_sku(self.buyer)
        before = level(self.admin, sku)
        cart = new_cart(self.buyer, (sku, 2))
        shown = expect(self.buyer.get(f"/v1/store/carts/{cart}"), 200)
        totals = {name: money["amount"] for name, money in shown["totals"].items()}
        self.assertEqual(totals["total"], totals["subtotal"] - totals["discount"] + totals["shipping"])
        paid = expect(pay(self.buyer, cart), 201)
        self.assertEqual(paid["payment"]["state"], "authorized")
        order = expect(complete(self.buyer, cart), 201)["order"]
        self.assertEqual(
            (order["status"], order["paymentStatus"], order["fulfilmentStatus"]),
            ("confirmed", "authorized", "unfulfilled"),
        )
        self.assertEqual(order["totals"], shown["totals"])
        tracked = expect(track(self.buyer, order), 200)
        self.assertEqual(tracked["lines"], order["lines"])
        self.assertIn("confirmed", [entry["event"] for entry in tracked["history"]])
        after = level(self.admin, sku)
        self.assertEqual(after["committed"], before["committed"] + 2)
        self.assertEqual(after["held"], before["held"])

    def test_a_second_complete_answers_the_same_order(self):
        cart = new_cart(self.buyer, any_sku(self.buyer))
        expect(pay(self.buyer, cart), 201)
        first = expect(complete(self.buyer, cart), 201)["order"]
        second = expect(complete(self.buyer, cart), 200)["order"]
        self.assertEqual(first["id"], second["id"])

    def test_an_order_is_not_shown_without_its_token(self):
        order = buy(self.buyer, any_sku(self.buyer))
        self.assertEqual(self.buyer.get(f"/v1/store/orders/{order['number']}").status, 404)
        self.assertEqual(self.buyer.get(f"/v1/store/orders/{order['number']}?token={'0' * 32}").status, 404)

    def test_a_key_repeats_the_answer_and_refuses_another_body(self):
        cart, once = new_cart(self.buyer, any_sku(self.buyer)), key()
        first = pay(self.buyer, cart, headers=once)
        again = pay(self.buyer, cart, headers=once)
        self.assertEqual((first.status, first.json["payment"]), (again.status, again.json["payment"]))
        other = pay(self.buyer, cart, "tok_decline", headers=once)
        self.assertEqual((other.status, other.reason), (422, "IDEMPOTENCY_KEY_REUSED"))
        done = key()
        made = complete(self.buyer, cart, headers=done)
        repeated = complete(self.buyer, cart, headers=done)
        self.assertEqual((made.status, made.json["order"]["id"]), (201, repeated.json["order"]["id"]))

    def test_what_is_missing_is_named(self):
        cart = expect(self.buyer.post("/v1/store/carts"), 201)["id"]
        refused = pay(self.buyer, cart)
        self.assertEqual((refused.status, refused.reason), (400, "INVALID_ARGUMENT"))
        paths = {error["path"] for error in refused.json["errors"]}
        self.assertLessEqual({"email", "shippingAddress", "lines"}, paths)

    def test_complete_without_a_payment_is_refused(self):
        answer = complete(self.buyer, new_cart(self.buyer, any_sku(self.buyer)))
        self.assertEqual((answer.status, answer.reason), (409, "PAYMENT_REQUIRED"))

    def test_a_price_changed_between_cart_and_payment_is_shown_first(self):
        product = first_product(self.buyer)
        variant = product["variants"][0]
        cart = new_cart(self.buyer, variant["sku"])
        dearer = {"prices": [{"amount": variant["price"]["amount"] + 100, "currency": "EUR"}]}
        expect(self.admin.call("PUT", f"/v1/admin/variants/{variant['id']}/prices", dearer), 200)
        answer = pay(self.buyer, cart)
        self.assertEqual((answer.status, answer.reason), (409, "CART_CHANGED"))
        shown = expect(self.buyer.get(f"/v1/store/carts/{cart}"), 200)
        self.assertEqual(shown["lines"][0]["unitPrice"]["amount"], variant["price"]["amount"] + 100)
        self.assertEqual(shown["state"], "active")
        expect(pay(self.buyer, cart), 201)
        expect(complete(self.buyer, cart), 201)

    def test_a_sold_out_sku_is_named_with_what_is_left(self):
        product = first_product(self.buyer)
        sku = product["variants"][-1]["sku"]
        set_stock(self.admin, sku, level(self.admin, sku)["committed"] + level(self.admin, sku)["held"] + 1)
        answer = pay(self.buyer, new_cart(self.buyer, (sku, 2)))
        self.assertEqual((answer.status, answer.reason), (409, "OUT_OF_STOCK"))
        self.assertEqual(answer.json["details"], {"sku": sku, "available": 1})
        order = buy(self.buyer, (sku, 1))
        self.assertEqual(order["lines"][0]["sku"], sku)

    def test_a_confirmed_order_is_cancelled_and_leaves_nothing(self):
        sku = any_sku(self.buyer)
        before = level(self.admin, sku)
        order = buy(self.buyer, sku)
        answer = self.buyer.post(f"/v1/store/orders/{order['number']}/cancel", {"token": order["token"]})
        self.assertIn(answer.status, (200, 202), answer)
        wait_for(lambda: expect(track(self.buyer, order), 200)["paymentStatus"] == "voided", 10, "the void")
        self.assertEqual(expect(track(self.buyer, order), 200)["status"], "cancelled")
        wait_for(lambda: level(self.admin, sku)["committed"] == before["committed"], 10, "the release")
        again = self.buyer.post(f"/v1/store/orders/{order['number']}/cancel", {"token": order["token"]})
        self.assertIn(again.status, (200, 409), again)

    def test_a_cancel_takes_its_token_from_the_query_too(self):
        order = buy(self.buyer, any_sku(self.buyer))
        answer = self.buyer.post(f"/v1/store/orders/{order['number']}/cancel?token={order['token']}")
        self.assertIn(answer.status, (200, 202), answer)

    def test_a_closed_cart_takes_no_more_lines(self):
        cart = new_cart(self.buyer, any_sku(self.buyer))
        expect(pay(self.buyer, cart), 201)
        expect(complete(self.buyer, cart), 201)
        answer = self.buyer.post(f"/v1/store/carts/{cart}/lines", {"sku": any_sku(self.buyer), "quantity": 1})
        self.assertEqual((answer.status, answer.reason), (409, "CART_CLOSED"))

    def test_a_waiting_checkout_lets_its_cart_be_changed(self):
        cart = new_cart(self.buyer, any_sku(self.buyer))
        expect(pay(self.buyer, cart), 201)
        changed = self.buyer.call("PATCH", f"/v1/store/carts/{cart}", {"email": "grace@example.org"})
        self.assertEqual(expect(changed, 200)["state"], "active")
        self.assertEqual(complete(self.buyer, cart).reason, "PAYMENT_REQUIRED")
        expect(pay(self.buyer, cart), 201)
        expect(complete(self.buyer, cart), 201)

    def test_addresses_are_checked(self):
        cart = expect(self.buyer.post("/v1/store/carts"), 201)["id"]
        wrong = self.buyer.call(
            "PATCH",
            f"/v1/store/carts/{cart}",
            {"email": "nobody", "shippingAddress": {**ADDRESS, "city": "", "country": "XX"}},
        )
        self.assertEqual(wrong.status, 400)
        self.assertLessEqual({"shippingAddress.city"}, {error["path"] for error in wrong.json["errors"]})

    def test_the_shop_keeps_its_invariants(self):
        buy(self.buyer, any_sku(self.buyer))
        self.assertEqual(broken_invariants(self.admin), [])


if __name__ == "__main__":
    unittest.main()
