"""Buyers who repeat each call under its Idempotency-Key until they have an answer that is one, whatever happens to the
shop meanwhile; and a merchant who ships what they bought in the same way."""

import http.client
import threading
import time

from support.buyer import ADDRESS, key
from support.shop import Client

LOST = (OSError, http.client.HTTPException)
# Answers that mean "not yet": the call, or another one of the same buyer, is still at work.
NOT_YET = {"REQUEST_IN_PROGRESS", "IDEMPOTENCY_KEY_IN_USE", "CONFLICT", "PAYMENT_PENDING", "LEASE_LOST"}
TOKENS = (
    "tok_approve",
    "tok_decline",
    "tok_requires_action",
    "tok_slow",
    "tok_timeout",
    "tok_unknown",
    "tok_late_webhook",
)


class Door:
    """Where the shop is now. Threads wait here while it is being started again."""

    def __init__(self, url):
        self.changed = threading.Condition()
        self.url = url
        self.cut = 0  # calls whose answer was lost
        self.paid = 0  # payment calls that were answered
        self.closed_for_good = False

    def close(self):
        with self.changed:
            self.url = None

    def open(self, url):
        with self.changed:
            self.url = url
            self.changed.notify_all()

    def where(self, deadline):
        with self.changed:
            while self.url is None:
                if not self.changed.wait(deadline - time.monotonic()):
                    raise AssertionError("the shop did not come back")
            return self.url

    def count(self, name):
        with self.changed:
            setattr(self, name, getattr(self, name) + 1)
            self.changed.notify_all()

    def wait_for(self, condition, seconds, what):
        with self.changed:
            assert self.changed.wait_for(condition, seconds), f"{what} did not come true within {seconds} s"


class Stubborn:
    """Somebody who calls until there is an answer. Not thread-safe."""

    def __init__(self, door, token=None, patience=120, call_seconds=1.5):
        self.door, self.token, self.call_seconds = door, token, call_seconds
        self.deadline = time.monotonic() + patience
        self.client = None

    def call(self, method, path, body=None, once=None):
        headers = {"Idempotency-Key": once} if once else {}
        while True:
            assert time.monotonic() < self.deadline, f"{method} {path} got no answer"
            url = self.door.where(self.deadline)
            if self.client is None or self.client.url != url:
                self.client = Client(url, self.token)
                self.client.url = url
            try:
                answer = self.client.call(method, path, body, headers=headers, timeout=self.call_seconds)
            except LOST:
                self.door.count("cut")
                self.pause()
                continue
            if answer.status < 500 and answer.status != 429 and answer.reason not in NOT_YET:
                return answer
            self.pause()

    def pause(self):
        with self.door.changed:
            self.door.changed.wait(0.05)

    def post(self, path, body=None, once=None):
        return self.call("POST", path, {} if body is None else body, once or key()["Idempotency-Key"])


class Purchase(Stubborn):
    """One cart, from its making to its end: `outcome` is "ordered", "cancelled" or "no order"."""

    def __init__(self, door, sku, payment_token, approve=True, **more):
        super().__init__(door, **more)
        self.sku, self.payment_token, self.approve = sku, payment_token, approve
        self.order = None
        self.outcome = None
        self.complete_key = key()["Idempotency-Key"]

    def fill(self):
        made = self.post("/v1/store/carts")
        assert made.status == 201, made
        self.cart = f"/v1/store/carts/{made.json['id']}"
        line = self.post(f"{self.cart}/lines", {"sku": self.sku, "quantity": 1})
        assert line.status == 201, line
        changed = self.call("PATCH", self.cart, {"email": "ada@example.org", "shippingAddress": ADDRESS})
        assert changed.status == 200, changed
        options = self.call("GET", f"{self.cart}/shipping-options").json["shippingOptions"]
        picked = self.call("PUT", f"{self.cart}/shipping", {"optionId": options[0]["id"]})
        assert picked.status == 200, picked

    def run(self):
        self.fill()
        paid = self.post(f"{self.cart}/payment", {"provider": "sandbox", "token": self.payment_token})
        self.door.count("paid")
        if paid.reason == "PAYMENT_DECLINED" or paid.reason == "PAYMENT_REQUIRED":
            self.outcome = "no order"
            return self
        # CART_CLOSED: an earlier try of this call was heard, and has become an order meanwhile.
        assert paid.status in (201, 202) or paid.reason == "CART_CLOSED", paid
        action = ((paid.json or {}).get("payment") or {}).get("nextAction")
        if action and self.payment_token == "tok_requires_action":
            place = "/sandbox/actions/" + action["url"].rsplit("/", 1)[1]
            decided = self.post(place, {"outcome": "approve" if self.approve else "decline"})
            # A refusal means that the checkout was given up meanwhile.
            assert decided.status in (200, 400, 409), decided
        return self.complete()

    def complete(self):
        while True:
            answer = self.post(f"{self.cart}/complete", {}, self.complete_key)
            if answer.status in (200, 201):
                return self.note(answer.json["order"])
            if answer.status == 202:
                return self.await_decision(answer.json["order"])
            if answer.reason == "PAYMENT_ACTION_REQUIRED":
                self.pause()  # the webhook is on its way, or the checkout expires
                continue
            assert answer.reason in ("PAYMENT_REQUIRED", "PAYMENT_DECLINED"), answer
            if self.payment_token == "tok_late_webhook" and not self.expired_for_good():
                self.pause()
                continue
            self.outcome = "no order"
            return self

    def expired_for_good(self):
        """The late authorisation completes the reopened cart, unless the checkout was given up before it was asked."""
        self.given_up = getattr(self, "given_up", None) or time.monotonic()
        return time.monotonic() - self.given_up > 10

    def await_decision(self, order):
        self.number, self.secret = order["number"], order["token"]
        while True:
            answer = self.call("GET", f"/v1/store/orders/{self.number}?token={self.secret}")
            assert answer.status == 200, f"an order that was shown is gone: {answer}"
            if answer.json["status"] != "pending":
                return self.note({**answer.json, "token": self.secret})
            self.pause()

    def note(self, order):
        self.order = order
        self.outcome = "cancelled" if order["status"] == "cancelled" else "ordered"
        return self

    def check(self):
        """The order is there, as it was shown, and the key still answers with it."""
        if self.order is None:
            return
        found = self.call("GET", f"/v1/store/orders/{self.order['number']}?token={self.order['token']}")
        assert found.status == 200, f"acknowledged order {self.order['number']} is lost: {found}"
        for field in ("id", "number", "totals"):
            assert found.json[field] == self.order[field], (field, found.json[field], self.order[field])
        assert found.json["status"] in (self.order["status"], "completed"), found
        if self.outcome == "ordered":
            again = self.post(f"{self.cart}/complete", {}, self.complete_key)
            assert again.status in (200, 201, 202), again
            assert again.json["order"]["id"] == self.order["id"], "the same key made another order"


class Merchant(Stubborn):
    """Ships and delivers an order, each call under a key of its own."""

    def ship(self, order):
        packed = self.post(f"/v1/admin/orders/{order['id']}/fulfilments")
        assert packed.status == 201, packed
        parcel = f"/v1/admin/fulfilments/{packed.json['id']}"
        for act in ("ship", "deliver"):
            done = self.post(f"{parcel}/{act}")
            assert done.status in (200, 201, 202), done
        return packed.json["id"]
