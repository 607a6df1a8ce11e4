"""The buyer's path in words a test can read."""

import time
import uuid

ADDRESS = {"name": "Ada Buyer", "line1": "1 Quay Street", "city": "Luebeck", "postalCode": "23552", "country": "DE"}


def key():
    return {"Idempotency-Key": "test-" + uuid.uuid4().hex}


def expect(answer, status):
    assert answer.status == status, f"expected {status}, got {answer}"
    return answer.json


def first_product(client):
    return expect(client.get("/v1/store/products?pageSize=20"), 200)["products"][0]


def any_sku(client):
    return first_product(client)["variants"][0]["sku"]


def new_cart(client, *lines):
    """A cart with lines (sku or (sku, quantity)), e-mail, address and shipping: ready to be paid. Returns its id."""
    cart = expect(client.post("/v1/store/carts"), 201)["id"]
    for line in lines:
        sku, quantity = line if isinstance(line, tuple) else (line, 1)
        expect(client.post(f"/v1/store/carts/{cart}/lines", {"sku": sku, "quantity": quantity}), 201)
    expect(
        client.call("PATCH", f"/v1/store/carts/{cart}", {"email": "ada@example.org", "shippingAddress": ADDRESS}), 200
    )
    options = expect(client.get(f"/v1/store/carts/{cart}/shipping-options"), 200)["shippingOptions"]
    expect(client.call("PUT", f"/v1/store/carts/{cart}/shipping", {"optionId": options[0]["id"]}), 200)
    return cart


def pay(client, cart, token="tok_approve", headers=None, provider="sandbox"):
    return client.post(f"/v1/store/carts/{cart}/payment", {"provider": provider, "token": token}, headers=headers)


def complete(client, cart, headers=None):
    return client.post(f"/v1/store/carts/{cart}/complete", {}, headers=headers)


def buy(client, *lines):
    """The whole path; returns the order."""
    cart = new_cart(client, *lines)
    expect(pay(client, cart), 201)
    return expect(complete(client, cart), 201)["order"]


def track(client, order):
    return client.get(f"/v1/store/orders/{order['number']}?token={order['token']}")


def set_stock(admin, sku, quantity):
    """Brings the units on hand of a tracked sku to `quantity`."""
    level = [row for row in expect(admin.get(f"/v1/admin/inventory?prefix={sku}"), 200)["levels"] if row["sku"] == sku][
        0
    ]
    delta = quantity - level["onHand"]
    if delta:
        expect(
            admin.post(
                "/v1/admin/inventory/adjustments", {"sku": sku, "location": "main", "delta": delta, "reason": "test"}
            ),
            201,
        )


def level(admin, sku):
    rows = expect(admin.get(f"/v1/admin/inventory?prefix={sku}"), 200)["levels"]
    return [row for row in rows if row["sku"] == sku][0]


def broken_invariants(admin):
    """The invariants that do not hold now."""
    report = expect(admin.get("/v1/admin/invariants"), 200)
    assert report["invariants"], "no invariant was computed"
    return [row for row in report["invariants"] if not row["ok"]]


def wait_until_sound(admin, seconds=40):
    """Waits until every invariant holds; says which one does not."""
    end = time.monotonic() + seconds
    while broken := broken_invariants(admin):
        assert time.monotonic() < end, f"after {seconds} s still broken: {broken}"
        time.sleep(0.05)


def unsettled(admin):
    """Holds that nobody has turned into an order yet."""
    return expect(admin.get("/v1/admin/reservations?state=held"), 200)["reservations"]
