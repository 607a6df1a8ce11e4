"""Products leave the shop by the command people type: a file comes out as it went in, and as things are now."""

import csv
import io
import os
import subprocess
import tempfile
import unittest

from support.buyer import buy, expect
from support.shop import BINARY, ROOT, Shop

CLASSIC = (
    "Handle,Title,Body (HTML),Vendor,Type,Tags,Published,Option1 Name,Option1 Value,Variant SKU,Variant Grams,"
    "Variant Inventory Tracker,Variant Inventory Qty,Variant Inventory Policy,Variant Fulfillment Service,"
    "Variant Price,Variant Taxable,Image Src,Image Position,Google Shopping / MPN\n"
    'harbour-tee,Harbour Tee,"<p>Soft, ""very"" soft.</p>\n<p>Größe: klein 🧵</p>",Kontor,Tee,"a,b",TRUE,Size,S,'
    "HT-S,150,shopify,5,deny,manual,19.9,true,/a.svg,1,MPN 1\n"
    "harbour-tee,,,,,,,,M,HT-M,150,shopify,7,deny,manual,21.00,true,https://example.org/b.svg,2,\n"
    "harbour-tee,,,,,,,,,,,,,,,,,https://example.org/c.svg,3,\n"
    "quay-lamp,Quay Lamp,,Kontor,Lamp,,true,,,,0,,3,deny,manual,45,true,,,\n"
)


class ExportTest(unittest.TestCase):
    def setUp(self):
        self.shop = Shop(catalogue=None).start()
        self.addCleanup(self.shop.__exit__)
        self.admin = self.shop.admin()
        folder = tempfile.TemporaryDirectory(prefix="kontor-export-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def run_command(self, *words, token=None, shop=None):
        """The answer of `kontor WORDS`, with its output as bytes."""
        shop = shop or self.shop
        token = (self.admin if shop is self.shop else shop.admin()).token if token is None else token
        return subprocess.run(
            [BINARY, *words, "--to", shop.url],
            cwd=ROOT,
            env={**os.environ, "KONTOR_TOKEN": token},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=120,
        )

    def load(self, content, shop=None):
        path = os.path.join(self.folder, "products.csv")
        with open(path, "wb") as file:
            file.write(content if isinstance(content, bytes) else content.encode())
        ran = self.run_command("import", "products", path, shop=shop)
        self.assertEqual(ran.returncode, 0, ran.stderr)

    def export(self, *words, shop=None):
        ran = self.run_command("export", "products", *words, shop=shop)
        self.assertEqual(ran.returncode, 0, ran.stderr)
        return ran

    def cells(self, content):
        return list(csv.DictReader(io.StringIO(content.decode(), newline="")))

    def test_a_file_comes_out_as_it_went_in(self):
        self.load(CLASSIC)
        ran = self.export()
        self.assertEqual(ran.stdout.decode(), CLASSIC)
        self.assertEqual(ran.stderr.decode().strip(), "2 products, 3 variants in 4 rows")
        self.load(ran.stdout)
        self.assertEqual(self.export().stdout, ran.stdout)
        spool = os.path.join(self.shop.data, "spool")
        self.assertEqual(os.listdir(spool), [])

    def test_what_is_written_otherwise_is_told(self):
        self.load("\ufeff" + CLASSIC.replace("\n", "\r\n") + "\r\n")
        ran = self.export()
        told = ran.stderr.decode()
        self.assertIn("the file's byte order mark is left out", told)
        self.assertIn("6 lines end with LF", told)
        self.assertIn("1 empty row is left out", told)
        # A line end inside a cell is the cell's own.
        self.assertEqual(ran.stdout.decode(), CLASSIC.replace("</p>\n<p>", "</p>\r\n<p>"))

    def test_the_other_header_and_back_in_other_shops(self):
        self.load(CLASSIC)
        current = self.export("--header", "current").stdout
        self.assertTrue(current.startswith(b"Title,URL handle,Description,"))
        self.assertEqual(self.cells(current)[0]["Fulfillment service"], "manual")
        with Shop(catalogue=None) as second:
            self.load(current, shop=second)
            self.assertEqual(self.export(shop=second).stdout, current)
            back = self.cells(self.export("--header", "classic", shop=second).stdout)
        for row, wanted in zip(back, self.cells(CLASSIC.encode()), strict=True):
            self.assertEqual({name: row[name] for name in wanted}, wanted)

    def test_it_says_what_is_now(self):
        self.load(CLASSIC)
        order = buy(self.shop.client(), "HT-M")
        self.assertEqual(order["lines"][0]["sku"], "HT-M")
        product = expect(self.shop.client().get("/v1/store/products/harbour-tee"), 200)
        expect(
            self.admin.call(
                "PUT",
                f"/v1/admin/variants/{product['variants'][0]['id']}/prices",
                {"prices": [{"amount": 2500, "currency": "EUR", "compareAtAmount": 3000}]},
            ),
            200,
        )
        expect(self.admin.call("PATCH", f"/v1/admin/products/{product['id']}", {"title": "Harbour Tee 2"}), 200)
        adjustment = {"sku": "HT-S", "location": "main", "delta": 10, "reason": "count"}
        expect(self.admin.post("/v1/admin/inventory/adjustments", adjustment), 201)
        ran = self.export()
        rows = self.cells(ran.stdout)
        self.assertEqual(rows[0]["Title"], "Harbour Tee 2")
        self.assertEqual([row["Variant Price"] for row in rows], ["25.00", "21.00", "", "45"])
        self.assertEqual(rows[0]["Variant Compare At Price"], "30.00")
        self.assertEqual(rows[0]["Variant Inventory Qty"], "15")
        self.assertIn("Variant Price: 1 cell says what the shop has now", ran.stderr.decode())
        self.assertIn("Variant Compare At Price: a column that the imported file did not have", ran.stderr.decode())

    def test_into_a_file(self):
        self.load(CLASSIC)
        path = os.path.join(self.folder, "out.csv")
        ran = self.export("--output", path)
        self.assertEqual(ran.stdout, b"")
        with open(path, "rb") as file:
            self.assertEqual(file.read().decode(), CLASSIC)
        refused = self.run_command("export", "products", "--output", os.path.join(self.folder, "absent", "x.csv"))
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("absent", refused.stderr.decode())
        # A refused export leaves the file that was there alone, and no half of one.
        self.assertNotEqual(self.run_command("export", "products", "--output", path, token="nobody").returncode, 0)
        with open(path, "rb") as file:
            self.assertEqual(file.read().decode(), CLASSIC)
        self.assertEqual(sorted(os.listdir(self.folder)), ["out.csv", "products.csv"])

    def test_who_may(self):
        ran = self.run_command("export", "products", token="nobody")
        self.assertNotEqual(ran.returncode, 0)
        self.assertIn("log in", ran.stderr.decode())
        self.assertEqual(ran.stdout, b"")
        self.assertEqual(self.shop.client().post("/v1/admin/exports").status, 401)
        self.assertNotEqual(self.run_command("export", "products", "--header", "third").returncode, 0)
        answer = self.admin.post("/v1/admin/exports", {"header": "third"})
        self.assertEqual(answer.status, 400)

    def test_over_http(self):
        self.load(CLASSIC)
        answer = self.admin.post("/v1/admin/exports", {"header": "classic"})
        self.assertEqual(answer.status, 200)
        self.assertEqual(answer.headers["content-type"], "text/csv; charset=utf-8")
        self.assertEqual(answer.headers["content-disposition"], 'attachment; filename="products.csv"')
        self.assertEqual(answer.body.decode(), CLASSIC)


if __name__ == "__main__":
    unittest.main()
