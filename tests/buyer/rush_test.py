"""Many buyers at once: what is sold is never more than what was there."""

import threading
import unittest

from support.buyer import broken_invariants, complete, expect, key, level, new_cart, pay, set_stock, unsettled
from support.shop import wait_for
from support.shop_case import QUICK, ShopTestCase

BUYERS = 200
UNITS = 10


def together(work, arguments):
    """Runs work(argument) for each argument at the same moment; returns the results in their order."""
    results = [None] * len(arguments)
    barrier = threading.Barrier(len(arguments))

    def run(index):
        barrier.wait()
        results[index] = work(arguments[index])

    threads = [threading.Thread(target=run, args=(index,)) for index in range(len(arguments))]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    return results


class RushTest(ShopTestCase):
    SETTINGS = QUICK

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        products = expect(cls.shop.client().get("/v1/store/products?pageSize=20"), 200)["products"]
        cls.skus = [product["variants"][0]["sku"] for product in products]

    def tearDown(self):
        wait_for(lambda: broken_invariants(self.admin) == [], 15, "the invariants")

    def test_200_buyers_of_10_units(self):
        sku = self.skus[0]
        set_stock(self.admin, sku, UNITS)
        carts = [new_cart(self.shop.client(), sku) for _ in range(BUYERS)]

        def buy(numbered):
            number, cart = numbered
            client, once = self.shop.client(), key()
            answer = pay(client, cart, headers=once)
            if number % 4 == 0:  # every fourth repeats its call with the same key
                repeated = pay(client, cart, headers=once)
                assert repeated.status == answer.status, (answer, repeated)
            if answer.status != 201:
                return answer, None
            made, again = complete(client, cart), complete(client, cart)
            assert again.json["order"]["id"] == made.json["order"]["id"], (made, again)
            return answer, made.json["order"]["id"]

        results = together(buy, list(enumerate(carts)))
        orders = {order for _, order in results if order}
        refused = [answer for answer, order in results if not order]
        self.assertEqual(len(orders), UNITS)
        self.assertEqual(len(refused), BUYERS - UNITS)
        for answer in refused:
            self.assertEqual((answer.status, answer.reason), (409, "OUT_OF_STOCK"), answer)
            self.assertEqual(answer.json["details"], {"sku": sku, "available": 0})
        stock = level(self.admin, sku)
        self.assertEqual((stock["committed"], stock["held"], stock["available"]), (UNITS, 0, 0))

    def test_two_lines_of_one_sku_are_one_demand(self):
        sku = self.skus[1]
        set_stock(self.admin, sku, 3)
        client = self.shop.client()
        cart = new_cart(client, (sku, 2))
        expect(
            client.post(f"/v1/store/carts/{cart}/lines", {"sku": sku, "quantity": 2, "metadata": {"gift": "yes"}}), 201
        )
        self.assertEqual(len(expect(client.get(f"/v1/store/carts/{cart}"), 200)["lines"]), 2)
        answer = pay(client, cart)
        self.assertEqual((answer.status, answer.json["details"]), (409, {"sku": sku, "available": 3}))

    def test_opposite_orders_neither_oversell_nor_block(self):
        left, right = self.skus[2], self.skus[3]
        set_stock(self.admin, left, 20)
        set_stock(self.admin, right, 20)
        carts = [
            new_cart(self.shop.client(), *((left, right) if number % 2 else (right, left))) for number in range(40)
        ]

        def buy(cart):
            client = self.shop.client()
            answer = pay(client, cart)
            return complete(client, cart).status if answer.status == 201 else answer.status

        statuses = together(buy, carts)
        self.assertEqual((statuses.count(201), statuses.count(409)), (20, 20))
        for sku in (left, right):
            stock = level(self.admin, sku)
            self.assertEqual((stock["committed"], stock["held"], stock["available"]), (20, 0, 0))
        self.assertEqual(unsettled(self.admin), [])


if __name__ == "__main__":
    unittest.main()
