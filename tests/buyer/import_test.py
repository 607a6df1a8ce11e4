"""A product file goes into a running shop by the command people type: bad rows are named, good ones are sold."""

import os
import subprocess
import tempfile
import unittest

from support.buyer import buy, expect
from support.shop import BINARY, ROOT
from support.shop_case import ShopTestCase

CLASSIC = (
    "Handle,Title,Body (HTML),Vendor,Type,Tags,Published,Option1 Name,Option1 Value,Variant SKU,Variant Grams,"
    "Variant Inventory Tracker,Variant Inventory Qty,Variant Inventory Policy,Variant Price,Image Src,Image Position\n"
)
CURRENT = (
    "Title,URL handle,Description,Vendor,Product category,Type,Tags,Published on online store,Status,SKU,Barcode,"
    "Option1 name,Option1 value,Price,Inventory tracker,Inventory quantity,Continue selling when out of stock,"
    "Product image URL,Image position\n"
)


class ImportTest(ShopTestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.folder = tempfile.TemporaryDirectory(prefix="kontor-import-")
        cls.addClassCleanup(cls.folder.cleanup)

    def run_import(self, content, *words, token=None):
        path = os.path.join(self.folder.name, "products.csv")
        with open(path, "wb") as file:
            file.write(content if isinstance(content, bytes) else content.encode())
        environment = {**os.environ, "KONTOR_TOKEN": self.admin.token if token is None else token}
        return subprocess.run(
            [BINARY, "import", "products", path, "--to", self.shop.url, *words],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
        )

    def product(self, handle):
        return self.shop.client().get(f"/v1/store/products/{handle}")

    def test_a_classic_file(self):
        answer = self.run_import(
            CLASSIC
            + "harbour-tee,Harbour Tee,<p>Soft.</p>,Kontor,Tee,a,true,Size,S,HT-S,150,shopify,5,deny,19.90,/a.svg,1\n"
            "harbour-tee,,,,,,,,M,HT-M,150,shopify,7,deny,21.00,https://example.org/b.svg,2\n"
            "harbour-tee,,,,,,,,,,,,,,,https://example.org/c.svg,3\n"
        )
        self.assertEqual(answer.returncode, 0, answer.stderr)
        product = expect(self.product("harbour-tee"), 200)
        self.assertEqual(
            [(v["sku"], v["price"]["amount"], v["available"]) for v in product["variants"]],
            [("HT-S", 1990, 5), ("HT-M", 2100, 7)],
        )
        self.assertEqual(len(product["media"]), 3)
        order = buy(self.shop.client(), "HT-M")
        self.assertEqual(order["lines"][0]["sku"], "HT-M")
        # A second import leaves the stock of known variants alone.
        self.assertEqual(
            self.run_import(
                CLASSIC + "harbour-tee,Harbour Tee,,,,,true,Size,M,HT-M,150,shopify,100,deny,21.00,,\n"
            ).returncode,
            0,
        )
        product = expect(self.product("harbour-tee"), 200)
        self.assertEqual({v["sku"]: v["available"] for v in product["variants"]}["HT-M"], 6)

    def test_a_current_file_untracked_with_bom_and_crlf(self):
        content = "\ufeff" + (
            CURRENT + "Quay Lamp,quay-lamp,Bright.,Kontor,,Lamp,,true,Active,QL-1,,Title,Default Title,45.00,,,,,\n"
        ).replace("\n", "\r\n")
        self.assertEqual(self.run_import(content).returncode, 0)
        variant = expect(self.product("quay-lamp"), 200)["variants"][0]
        self.assertIsNone(variant["available"])
        self.assertEqual(self.run_import(content, "--track-all", "--set-stock").returncode, 0)
        self.assertEqual(expect(self.product("quay-lamp"), 200)["variants"][0]["available"], 0)

    def test_a_dry_run_stores_nothing(self):
        answer = self.run_import(CLASSIC + "ghost,Ghost,,,,,true,,,G-1,1,,,deny,1.00,,\n", "--dry-run")
        self.assertEqual(answer.returncode, 0, answer.stderr)
        self.assertEqual(self.product("ghost").status, 404)

    def test_bad_rows_are_named_and_good_ones_are_kept(self):
        answer = self.run_import(
            (
                CLASSIC + "good-one,Good,,,,,true,,,GO-1,1,,,deny,3.00,,\n"
                "bad-price,Bad,,,,,true,,,BP-1,1,,,deny,abc,,\n"
                ",No handle,,,,,true,,,NH-1,1,,,deny,3.00,,\n"
                "bad-stock,Bad,,,,,true,,,BS-1,1,shopify,-4,deny,3.00,,\n"
                "twice,Twice,,,,,true,,,GO-1,1,,,deny,3.00,,\n"
            ).encode()
            + b"bad-bytes,B\xff\xfe,,,,,true,,,BB-1,1,,,deny,3.00,,\n"
            b"good-two,Good,,,,,true,,,GT-1,1,,,deny,3.00,,\n"
        )
        text = answer.stdout + answer.stderr
        self.assertNotEqual(answer.returncode, 0)
        for word in (
            "line 3",
            "Variant Price",
            '"abc"',
            "line 4",
            "Handle",
            "line 5",
            "-4",
            "line 6",
            "GO-1",
            "line 7",
            "UTF-8",
        ):
            self.assertIn(word, text)
        self.assertEqual(self.product("good-one").status, 200)
        self.assertEqual(self.product("good-two").status, 200)
        self.assertEqual(self.product("bad-price").status, 404)

    def test_files_that_are_none_are_refused(self):
        for content, word in (
            ("", "empty"),
            ("a,b,c\n1,2,3\n", "header"),
            (CLASSIC + 'open,"never closed,,,,,true,,,O-1,1,,,deny,3.00,,\n', "quote"),
        ):
            answer = self.run_import(content)
            self.assertNotEqual(answer.returncode, 0, word)
            self.assertIn(word, (answer.stdout + answer.stderr).lower())

    def test_no_token_no_import(self):
        answer = self.run_import(CLASSIC, token="nobody")
        self.assertNotEqual(answer.returncode, 0)
        self.assertIn("log in", (answer.stdout + answer.stderr).lower())

    def test_a_file_or_shop_that_is_not_there(self):
        answer = subprocess.run(
            [BINARY, "import", "products", "absent.csv", "--to", self.shop.url, "--token", "x"],
            capture_output=True,
            text=True,
            timeout=60,
        )
        self.assertIn("absent.csv", answer.stderr)
        path = os.path.join(self.folder.name, "some.csv")
        with open(path, "w") as file:
            file.write(CLASSIC)
        answer = subprocess.run(
            [BINARY, "import", "products", path, "--to", "http://127.0.0.1:1", "--token", "x"],
            capture_output=True,
            text=True,
            timeout=60,
        )
        self.assertNotEqual(answer.returncode, 0)
        self.assertIn("127.0.0.1:1", answer.stderr)


if __name__ == "__main__":
    unittest.main()
