"""What a shopper reads comes from memory, and is never older than what somebody was told: prices, stock, status."""

import threading
import unittest
import urllib.request

from support.buyer import complete, expect, new_cart, pay
from support.shop_case import ShopTestCase

READERS = 4
EDITS = 60
FIRST_PRICE = 1_000_000  # above every price of the sample, so that a price tells which edit it is from


class FreshTest(ShopTestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.products = expect(cls.shop.client().get("/v1/store/products?pageSize=20"), 200)["products"]

    def hits(self):
        with urllib.request.urlopen(self.shop.operations + "/metrics") as answer:
            lines = answer.read().decode().splitlines()
        return sum(float(line.split()[-1]) for line in lines if 'gateway_cache_requests_total{result="hit"}' in line)

    def read_beside(self, read, oldest, change):
        """Reads on connections of their own while `change()` runs; each value must be at least what oldest() said
        before its request was sent. Returns the number of reads."""
        over, wrong, counts = threading.Event(), [], [0] * READERS

        def run(index):
            client = self.shop.client()
            while not over.is_set():
                known = oldest()
                value = read(client)
                counts[index] += 1
                if value < known:
                    wrong.append(f"read {value} after {known} was acknowledged")

        threads = [threading.Thread(target=run, args=(index,)) for index in range(READERS)]
        [thread.start() for thread in threads]
        try:
            change()
        finally:
            over.set()
            [thread.join() for thread in threads]
        self.assertEqual(wrong, [])
        return sum(counts)

    def edit_prices(self, product, read):
        variant, acknowledged = product["variants"][0]["id"], [0]

        def change():
            for number in range(EDITS):
                amount = FIRST_PRICE + number
                expect(
                    self.admin.call(
                        "PUT",
                        f"/v1/admin/variants/{variant}/prices",
                        {"prices": [{"amount": amount, "currency": "EUR"}]},
                    ),
                    200,
                )
                acknowledged[0] = amount

        before = self.hits()
        reads = self.read_beside(read, lambda: acknowledged[0], change)
        self.assertGreater(reads, EDITS)
        self.assertGreater(self.hits(), before, "nothing came from memory: the test shows nothing")

    def test_a_price_is_never_read_after_a_newer_one_was_acknowledged(self):
        product = self.products[0]
        path = f"/v1/store/products/{product['handle']}"
        self.edit_prices(product, lambda client: expect(client.get(path), 200)["variants"][0]["price"]["amount"])

    def test_nor_in_a_list(self):
        product = self.products[1]

        def read(client):
            page = expect(client.get("/v1/store/products?pageSize=20"), 200)["products"]
            return [each for each in page if each["id"] == product["id"]][0]["variants"][0]["price"]["amount"]

        self.edit_prices(product, read)

    def test_stock_is_what_was_acknowledged(self):
        product = self.products[2]
        sku, path = product["variants"][0]["sku"], f"/v1/store/products/{product['handle']}"
        client, total = self.shop.client(), [0]
        total[0] = expect(client.get(path), 200)["variants"][0]["available"]

        def change():
            for _ in range(EDITS):
                body = {"sku": sku, "location": "main", "delta": 1, "reason": "test"}
                expect(self.admin.post("/v1/admin/inventory/adjustments", body), 201)
                total[0] += 1

        self.read_beside(
            lambda reader: expect(reader.get(path), 200)["variants"][0]["available"], lambda: total[0], change
        )

    def test_stock_falls_with_the_checkout_that_takes_it(self):
        product = self.products[3]
        sku, path = product["variants"][0]["sku"], f"/v1/store/products/{product['handle']}"
        buyer, others = self.shop.client(), [self.shop.client() for _ in range(READERS)]

        def seen():
            values = {expect(client.get(path), 200)["variants"][0]["available"] for client in others}
            for client in others:
                page = expect(client.get("/v1/store/products?pageSize=20"), 200)["products"]
                values.add([each for each in page if each["id"] == product["id"]][0]["variants"][0]["available"])
            return values

        left = seen().pop()
        for _ in range(5):
            cart = new_cart(buyer, sku)
            expect(pay(buyer, cart), 201)
            left -= 1
            self.assertEqual(seen(), {left})
            expect(complete(buyer, cart), 201)
            self.assertEqual(seen(), {left})

    def test_a_product_leaves_and_enters_the_shop_at_once(self):
        product = self.products[4]
        one, page = f"/v1/store/products/{product['handle']}", "/v1/store/products?pageSize=20"
        readers = [self.shop.client() for _ in range(READERS)]
        for status, found in (("draft", 404), ("active", 200)) * 3:
            expect(self.admin.call("PATCH", f"/v1/admin/products/{product['id']}", {"status": status}), 200)
            for client in readers:
                self.assertEqual(client.get(one).status, found)
                listed = {each["id"] for each in expect(client.get(page), 200)["products"]}
                self.assertEqual(product["id"] in listed, found == 200)

    def test_a_tag_is_good_until_something_changes(self):
        product = self.products[5]
        path = f"/v1/store/products/{product['handle']}"
        client = self.shop.client()
        tag = client.get(path).headers["etag"]
        self.assertEqual(client.get(path, headers={"If-None-Match": tag}).status, 304)
        expect(self.admin.call("PATCH", f"/v1/admin/products/{product['id']}", {"title": "Another title"}), 200)
        changed = client.get(path, headers={"If-None-Match": tag})
        self.assertEqual(expect(changed, 200)["title"], "Another title")
        self.assertNotEqual(changed.headers["etag"], tag)


if __name__ == "__main__":
    unittest.main()
