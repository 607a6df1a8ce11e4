"""The edge on the real binary: bad input gets a clear problem, and nobody gets past the access rules."""

import json
import socket
import unittest
import urllib.request

from support.buyer import any_sku, expect, new_cart
from support.shop_case import ShopTestCase


class RestTest(ShopTestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cart = new_cart(cls.shop.client(), any_sku(cls.shop.client()))

    def lines(self, raw):
        return self.buyer.post(f"/v1/store/carts/{self.cart}/lines", raw=raw)

    def problem(self, answer, status, reason=None):
        self.assertEqual(answer.status, status, answer)
        self.assertEqual(answer.headers["content-type"], "application/problem+json")
        for member in ("type", "title", "status", "detail", "reason", "instance", "traceId"):
            self.assertIn(member, answer.json)
        if reason:
            self.assertEqual(answer.reason, reason, answer)
        return answer.json

    def test_json_that_is_none_or_too_much(self):
        broken = self.problem(self.lines(b'{"sku": "a",\n "quantity": }'), 400, "MALFORMED_JSON")
        self.assertIn("line 2", broken["detail"])
        self.problem(self.lines(b"[" * 100 + b"]" * 100), 400)
        self.problem(self.lines(b'{"sku":"' + b"x" * (2 << 20) + b'"}'), 413, "BODY_TOO_LARGE")
        self.problem(self.lines(b""), 400)

    def test_fields_that_are_not_the_clients(self):
        sku = any_sku(self.buyer)
        unknown = self.problem(
            self.lines(json.dumps({"sku": sku, "quantity": 1, "unitPrice": {"amount": 1}}).encode()), 400
        )
        self.assertEqual([error["path"] for error in unknown["errors"]], ["unitPrice"])
        twice = self.problem(self.lines(f'{{"sku":"{sku}","quantity":1,"quantity":2}}'.encode()), 400)
        self.assertEqual(
            [(error["path"], error["reason"]) for error in twice["errors"]], [("quantity", "DUPLICATE_FIELD")]
        )
        several = self.problem(self.lines(b'{"sku":7,"quantity":"x"}'), 400)
        self.assertEqual({error["path"] for error in several["errors"]}, {"sku", "quantity"})
        self.problem(self.buyer.get("/v1/store/products?pagesize=3"), 400)
        self.problem(self.buyer.get("/v1/store/products?pageToken=forged"), 400)

    def test_what_is_not_there(self):
        self.problem(self.buyer.get("/v1/store/nothing"), 404, "NOT_FOUND")
        self.problem(self.buyer.get("/v1/store/carts/cart_" + "0" * 32), 404, "NOT_FOUND")
        refused = self.buyer.call("DELETE", "/v1/store/products")
        self.problem(refused, 405)
        self.assertIn("GET", refused.headers["allow"])

    def test_access_is_refused_by_default(self):
        for path in ("/v1/admin/orders", "/v1/admin/invariants", "/v1/admin/products", "/v1/admin/inventory"):
            anonymous = self.buyer.get(path)
            self.problem(anonymous, 401, "UNAUTHENTICATED")
            self.assertIn("www-authenticate", anonymous.headers)
            self.problem(self.shop.client("ses_" + "0" * 32).get(path), 401, "INVALID_TOKEN")
        customer = expect(
            self.buyer.post("/v1/store/auth/register", {"email": "c@example.org", "password": "a long enough one"}),
            201,
        )
        self.problem(self.shop.client(customer["token"]).get("/v1/admin/orders"), 403, "PERMISSION_DENIED")

    def test_a_login_is_limited_and_says_nothing(self):
        wrong = self.problem(
            self.buyer.post("/v1/admin/auth/login", {"email": self.shop.owner, "password": "not this one"}), 401
        )
        unknown = self.problem(
            self.buyer.post("/v1/admin/auth/login", {"email": "x@example.org", "password": "not this one"}), 401
        )
        self.assertEqual(wrong["detail"], unknown["detail"])
        statuses = [
            self.buyer.post("/v1/admin/auth/login", {"email": "y@example.org", "password": "nope nope"}).status
            for _ in range(7)
        ]
        self.assertEqual(statuses[:5], [401] * 5)
        self.assertEqual(statuses[-1], 429)

    def test_a_logout_is_final(self):
        admin = self.shop.admin()
        expect(admin.get("/v1/admin/orders"), 200)
        expect(admin.post("/v1/admin/auth/logout"), 200)
        self.problem(admin.get("/v1/admin/orders"), 401)

    def test_each_answer_can_be_traced(self):
        trace = "0af7651916cd43dd8448eb211c80319c"
        answer = self.buyer.get("/v1/store/products", headers={"traceparent": f"00-{trace}-b7ad6b7169203331-01"})
        self.assertIn(trace, answer.headers["traceparent"])
        self.assertTrue(answer.headers["x-request-id"])
        self.assertEqual(answer.headers["x-content-type-options"], "nosniff")

    def test_bytes_that_could_be_read_in_two_ways(self):
        for request in (
            b"POST /v1/store/carts HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}",
            b"POST /v1/store/carts HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
            b"GET / HTTP/1.1\nHost: a\n\n",
            b"GET / HTTP/1.1\r\nHost: a\r\nX-A: b\r\n folded\r\n\r\n",
        ):
            with socket.create_connection((self.buyer.host, self.buyer.port), timeout=10) as wire:
                wire.sendall(request)
                answer = b""
                while chunk := wire.recv(4096):
                    answer += chunk
            self.assertTrue(answer.startswith(b"HTTP/1.1 400"), (request, answer[:100]))

    def test_pages_and_descriptions(self):
        landing = self.buyer.get("/")
        self.assertEqual(landing.status, 200)
        self.assertIn(b"/v1/store/products", landing.body)
        self.assertIn(b"/docs", landing.body)
        self.assertEqual(self.buyer.get("/docs").status, 200)
        description = expect(self.buyer.get("/openapi.json"), 200)
        self.assertTrue(description["openapi"].startswith("3.1"))
        self.assertIn("/v1/store/carts/{cartId}/payment", str(description["paths"].keys()))

    def test_the_picture_of_a_product(self):
        product = expect(self.buyer.get("/v1/store/products?pageSize=1"), 200)["products"][0]
        picture = self.buyer.get(product["media"][0]["url"])
        self.assertEqual((picture.status, picture.headers["content-type"]), (200, "image/svg+xml"))
        self.assertEqual(self.buyer.get("/media/sample/../../../README.md").status, 404)

    def test_operations(self):
        for path in ("/livez", "/readyz", "/buildinfo"):
            with urllib.request.urlopen(self.shop.operations + path, timeout=10) as answer:
                self.assertEqual(answer.status, 200)
        with urllib.request.urlopen(self.shop.operations + "/metrics", timeout=10) as answer:
            metrics = answer.read().decode()
        self.assertIn("http_server_request_duration_seconds_bucket", metrics)
        self.assertIn("rpc_server_call_duration_seconds_bucket", metrics)


if __name__ == "__main__":
    unittest.main()
