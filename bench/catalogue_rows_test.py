import csv
import os
import tempfile
import unittest

import catalogue_rows


class CatalogueRowsTest(unittest.TestCase):
    def file(self, **how):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "products.csv")
            count = catalogue_rows.write(path, **how)
            with open(path, newline="", encoding="utf-8") as file:
                return count, list(csv.DictReader(file))

    def test_writes_the_rows_it_counts(self):
        count, rows = self.file(products=7, variants=5, images=3)
        self.assertEqual((count, len(rows)), (35, 35))

    def test_gives_each_product_its_variants_and_images(self):
        _, rows = self.file(products=3, variants=2, images=4)
        handles = {row["URL handle"] for row in rows}
        self.assertEqual(len(handles), 3)
        for handle in handles:
            own = [row for row in rows if row["URL handle"] == handle]
            self.assertEqual(len([row for row in own if row["SKU"]]), 2)
            self.assertEqual(len([row for row in own if row["Product image URL"]]), 4)
            self.assertEqual(len([row for row in own if row["Title"]]), 1)

    def test_names_no_variant_twice(self):
        _, rows = self.file(products=2, variants=30, images=0)
        options = [(row["URL handle"], row["Option1 value"], row["Option2 value"]) for row in rows]
        self.assertEqual(len(set(options)), 60)
        self.assertEqual(len({row["SKU"] for row in rows}), 60)

    def test_same_seed_same_rows(self):
        self.assertEqual(self.file(products=5, variants=2, images=1), self.file(products=5, variants=2, images=1))
        other = self.file(products=5, variants=2, images=1, seed=2)
        self.assertNotEqual(self.file(products=5, variants=2, images=1), other)


if __name__ == "__main__":
    unittest.main()
