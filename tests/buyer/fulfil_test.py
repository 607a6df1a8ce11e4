"""From a confirmed order to a delivered one on the real binary: what staff do, what the buyer sees, how books end."""

import threading
import unittest

from support.buyer import any_sku, broken_invariants, buy, expect, key, level, track
from support.shop import Shop, wait_for
from support.shop_case import QUICK, ShopTestCase


def pack(admin, order, **more):
    return admin.post(f"/v1/admin/orders/{order['id']}/fulfilments", {}, **more)


def ship(admin, parcel, **more):
    body = {"carrier": "Quay Post", "tracking": "QP-1"}
    return admin.post(f"/v1/admin/fulfilments/{parcel['id']}/ship", body, **more)


def deliver(admin, parcel):
    return admin.post(f"/v1/admin/fulfilments/{parcel['id']}/deliver")


def look(admin, order):
    return expect(admin.get(f"/v1/admin/orders/{order['id']}"), 200)


def events(order):
    return [entry["event"] for entry in order["history"]]


class FulfilTest(ShopTestCase):
    SETTINGS = QUICK

    def shipped(self, order):
        parcel = expect(pack(self.admin, order), 201)
        expect(ship(self.admin, parcel), 200)
        wait_for(lambda: look(self.admin, order)["paymentStatus"] == "captured", 10, "the capture")
        return parcel

    def test_an_order_is_shipped_delivered_and_completed(self):
        sku = any_sku(self.buyer)
        before = level(self.admin, sku)
        order = buy(self.buyer, (sku, 2))
        parcel = expect(pack(self.admin, order), 201)
        self.assertEqual((parcel["state"], parcel["location"]), ("pending", "main"))
        self.assertEqual([line["quantity"] for line in parcel["lines"]], [2])
        shipped = expect(ship(self.admin, parcel), 200)
        self.assertEqual((shipped["state"], shipped["carrier"]), ("shipped", "Quay Post"))
        self.assertEqual(shipped["amount"], order["totals"]["total"])
        wait_for(lambda: look(self.admin, order)["paymentStatus"] == "captured", 10, "the capture")
        after = level(self.admin, sku)
        self.assertEqual((after["onHand"], after["committed"]), (before["onHand"] - 2, before["committed"]))
        moved = expect(self.admin.get(f"/v1/admin/inventory/{sku}/movements"), 200)["movements"][0]
        self.assertEqual((moved["kind"], moved["quantity"], moved["reason"]), ("ship", 2, parcel["id"]))
        self.assertEqual(look(self.admin, order)["fulfilmentStatus"], "fulfilled")
        expect(deliver(self.admin, parcel), 200)
        done = look(self.admin, order)
        self.assertEqual(done["status"], "completed")
        self.assertEqual(
            events(done),
            ["placed", "confirmed", "packed", "shipped", "payment_captured", "delivered", "completed"],
        )
        staff = expect(self.admin.get("/v1/admin/me"), 200)["id"]
        self.assertEqual({entry["actor"] for entry in done["history"][2:4]}, {f"staff:{staff}"})
        seen = track(self.buyer, order)
        self.assertEqual(expect(seen, 200)["fulfilments"][0]["tracking"], "QP-1")
        self.assertNotIn(staff.encode(), seen.body)
        self.assertIn("staff", {entry["actor"] for entry in seen.json["history"]})
        self.assertEqual(broken_invariants(self.admin), [])

    def test_an_order_is_cancelled_before_its_shipment_and_not_after(self):
        order = buy(self.buyer, any_sku(self.buyer))
        parcel = expect(pack(self.admin, order), 201)
        expect(self.admin.post(f"/v1/admin/orders/{order['id']}/cancel", {"reason": "a call"}), 200)
        refused = ship(self.admin, parcel)
        self.assertEqual((refused.status, refused.reason), (409, "FULFILMENT_STATE"))
        wait_for(lambda: look(self.admin, order)["paymentStatus"] == "voided", 10, "the void")
        self.assertEqual(look(self.admin, order)["fulfilments"][0]["state"], "cancelled")
        other = buy(self.buyer, any_sku(self.buyer))
        self.shipped(other)
        for answer in (
            self.admin.post(f"/v1/admin/orders/{other['id']}/cancel", {}),
            self.buyer.post(f"/v1/store/orders/{other['number']}/cancel", {"token": other["token"]}),
        ):
            self.assertEqual((answer.status, answer.reason), (409, "ORDER_NOT_CANCELLABLE"))
        self.assertEqual(look(self.admin, other)["status"], "confirmed")
        self.assertEqual(broken_invariants(self.admin), [])

    def test_shipping_and_cancelling_at_once_one_wins(self):
        for _ in range(10):
            order = buy(self.buyer, any_sku(self.buyer))
            parcel = expect(pack(self.admin, order), 201)
            answers = {}
            clerk, buyer = self.shop.client(self.admin.token), self.shop.client()
            start = threading.Barrier(2)

            def ships(answers=answers, clerk=clerk, parcel=parcel, start=start):
                start.wait()
                answers["ship"] = ship(clerk, parcel)

            def cancels(answers=answers, buyer=buyer, order=order, start=start):
                start.wait()
                answers["cancel"] = buyer.post(
                    f"/v1/store/orders/{order['number']}/cancel", {"token": order["token"]}
                )

            threads = [threading.Thread(target=work) for work in (ships, cancels)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            statuses = sorted((answers["ship"].status, answers["cancel"].status))
            self.assertEqual(statuses, [200, 409], answers)
            money = "captured" if answers["ship"].status == 200 else "voided"
            wait_for(lambda order=order, money=money: look(self.admin, order)["paymentStatus"] == money, 10, money)
        self.assertEqual(broken_invariants(self.admin), [])

    def test_what_the_states_forbid_is_refused(self):
        order = buy(self.buyer, any_sku(self.buyer))
        parcel = expect(pack(self.admin, order), 201)
        self.assertEqual(pack(self.admin, order).reason, "NOTHING_TO_FULFIL")
        self.assertEqual(deliver(self.admin, parcel).reason, "FULFILMENT_STATE")
        cancel = f"/v1/admin/fulfilments/{parcel['id']}/cancel"
        self.assertEqual(expect(self.admin.post(cancel, {"reason": "wrong box"}), 200)["state"], "cancelled")
        self.assertEqual(ship(self.admin, parcel).reason, "FULFILMENT_STATE")
        again = expect(pack(self.admin, order), 201)
        line = order["lines"][0]["id"]
        other = buy(self.buyer, (any_sku(self.buyer), 2))
        part = self.admin.post(
            f"/v1/admin/orders/{other['id']}/fulfilments", {"lines": [{"lineId": line, "quantity": 1}]}
        )
        self.assertEqual((part.status, part.json["errors"][0]["reason"]), (400, "WHOLE_ORDER_ONLY"))
        stale = ship(self.admin, again, headers={"If-Match": '"v7"'})
        self.assertEqual((stale.status, stale.reason), (412, "VERSION_MISMATCH"))
        self.assertEqual(ship(self.admin, {"id": "ful_none"}).status, 404)

    def test_only_who_may_write_orders_ships(self):
        order = buy(self.buyer, any_sku(self.buyer))
        parcel = expect(pack(self.admin, order), 201)
        self.assertEqual(pack(self.buyer, order).status, 401)
        self.assertEqual(ship(self.buyer, parcel).status, 401)
        for role, status in (("viewer", 403), ("support", 403), ("finance", 403), ("order-manager", 200)):
            email = f"{role}-{key()['Idempotency-Key'][-8:]}@example.org"
            member = {"email": email, "name": role, "password": "a long enough passphrase", "roles": [role]}
            expect(self.admin.post("/v1/admin/staff", member), 201)
            client = self.shop.client()
            login = {"email": email, "password": member["password"]}
            client.token = expect(client.post("/v1/admin/auth/login", login), 200)["token"]
            self.assertEqual(ship(client, parcel).status, status, role)

    def test_a_repeated_shipment_captures_once(self):
        order = buy(self.buyer, any_sku(self.buyer))
        parcel = expect(pack(self.admin, order), 201)
        once = key()
        first = ship(self.admin, parcel, headers=once)
        again = ship(self.admin, parcel, headers=once)
        self.assertEqual((first.status, first.body), (again.status, again.body))
        wait_for(lambda: look(self.admin, order)["paymentStatus"] == "captured", 10, "the capture")
        self.assertEqual(events(look(self.admin, order)).count("payment_captured"), 1)
        self.assertEqual(broken_invariants(self.admin), [])

    def test_a_killed_shop_ends_its_shipments(self):
        with Shop(QUICK) as shop:
            admin, buyer = shop.admin(), shop.client()
            orders = [buy(buyer, any_sku(buyer)) for _ in range(6)]
            parcels = [expect(pack(admin, order), 201) for order in orders]
            keys = [key() for _ in orders]
            stop = threading.Event()

            def ships(client=shop.client(admin.token)):
                for parcel, once in zip(parcels, keys):
                    try:
                        ship(client, parcel, headers=once)
                    except OSError:
                        break
                stop.set()

            clerk = threading.Thread(target=ships)
            clerk.start()
            wait_for(lambda: stop.is_set() or look(admin, orders[2])["fulfilmentStatus"] == "fulfilled", 10, "a few")
            shop.restart()
            clerk.join()
            admin = shop.admin_after_restart(admin)
            for parcel, once in zip(parcels, keys):
                expect(ship(admin, parcel, headers=once), 200)
            for order, parcel in zip(orders, parcels):
                wait_for(lambda order=order: look(admin, order)["paymentStatus"] == "captured", 20, "the capture")
                expect(deliver(admin, parcel), 200)
                done = look(admin, order)
                self.assertEqual((done["status"], events(done).count("payment_captured")), ("completed", 1))
            wait_for(lambda: broken_invariants(admin) == [], 20, "the books")


if __name__ == "__main__":
    unittest.main()
