#!/usr/bin/env python3
"""Makes the sample catalogue: deploy/sample/catalogue.csv, and a picture of each product in its media/sample/.

    tools/sample/draw.py [FOLDER]      writes to FOLDER instead (default: deploy/sample)
    tools/sample/draw.py --check       writes nothing; fails if what is committed is not what the sources make

The same sources give the same bytes everywhere: nothing is random, barcodes and stock come from a checksum of the SKU.

A product in products/*.toml has
  handle, title, type, vendor, tags, text (blank lines part paragraphs), seo (its description for search engines), alt
  options      [[name, value, value ...] ...]; every combination is a variant
  price        of every variant, in EUR; `prices` overrides it by an option's value, as `compare_ats` does
               `compare_at` and `weights` does `grams`
  picture      shape (a function in shapes_*.py), colours [object, accent, background], perhaps an emblem
"""

import csv
import filecmp
import html
import io
import itertools
import pathlib
import re
import sys
import tempfile
import tomllib
import zlib

import shapes_cloth
import shapes_desk
import shapes_table
from svg import Palette

HERE = pathlib.Path(__file__).resolve().parent
TARGET = HERE.parent.parent / "deploy" / "sample"
SHAPES = shapes_table.SHAPES | shapes_desk.SHAPES | shapes_cloth.SHAPES
PICTURE_BYTES_MAX = 4096

# The header that Shopify writes now; the import knows the older one too.
COLUMNS = (
    "Title,URL handle,Description,Vendor,Product category,Type,Tags,Published on online store,"
    "Status,SKU,Barcode,Option1 name,Option1 value,Option1 Linked To,Option2 name,Option2 value,"
    "Option2 Linked To,Option3 name,Option3 value,Option3 Linked To,Price,Compare-at price,"
    "Cost per item,Charge tax,Tax code,Unit price total measure,Unit price total measure unit,"
    "Unit price base measure,Unit price base measure unit,Inventory tracker,Inventory quantity,"
    "Continue selling when out of stock,Weight value (grams),Weight unit for display,"
    "Requires shipping,Fulfillment service,Product image URL,Image position,Image alt text,"
    "Variant image URL,Gift card,SEO title,SEO description"
).split(",")


def checksum(text):
    return zlib.crc32(text.encode())


def barcode(sku):
    """An EAN-13 of the range 200-299, which GS1 leaves to each shop for its own use."""
    digits = f"2{checksum(sku) % 10**11:011d}"
    total = sum(int(digit) * (3 if i % 2 else 1) for i, digit in enumerate(digits))
    return digits + str(-total % 10)


def code(value):
    """`250 g` becomes 250G, `Deep blue` DB, `Navy` NAV: short, and apart from its neighbours in one option."""
    words = re.findall(r"[A-Za-z]+|[0-9.-]+", value)
    if words[0][0].isdigit():
        return "".join(words).upper()
    if len(words) == 1:
        return words[0][:3].upper()
    return "".join(word if word[0].isdigit() else word[0] for word in words).upper()


def paragraphs(text):
    blocks = re.split(r"\n\s*\n", text.strip())
    return "".join(f"<p>{html.escape(block.strip(), quote=False)}</p>" for block in blocks)


def chosen(product, one, many, values):
    """The value that one of the variant's option values overrides, or the product's own."""
    for value in values:
        if value in product.get(many, {}):
            return product[many][value]
    return product.get(one, "")


def variant_cells(product, values):
    sku = "-".join([product["sku"], *map(code, values)])
    cells = {
        "SKU": sku,
        "Barcode": barcode(sku),
        "Price": chosen(product, "price", "prices", values),
        "Compare-at price": chosen(product, "compare_at", "compare_ats", values),
        "Charge tax": "true",
        "Inventory tracker": "shopify",
        "Inventory quantity": 25 + checksum(sku + " stock") % 176,
        "Continue selling when out of stock": "deny",
        "Weight value (grams)": chosen(product, "grams", "weights", values),
        "Requires shipping": "true",
        "Fulfillment service": "manual",
    }
    cells["Weight unit for display"] = "kg" if int(cells["Weight value (grams)"]) >= 1000 else "g"
    if not values:
        cells |= {"Option1 name": "Title", "Option1 value": "Default Title"}
    for number, value in enumerate(values, start=1):
        cells[f"Option{number} value"] = value
    return cells


def product_cells(product):
    cells = {
        "Title": product["title"],
        "Description": paragraphs(product["text"]),
        "Vendor": product["vendor"],
        "Product category": product["category"],
        "Type": product["type"],
        "Tags": ", ".join(product["tags"]),
        "Published on online store": "true",
        "Status": "active",
        "Product image URL": f"/media/sample/{product['handle']}.svg",
        "Image position": 1,
        "Image alt text": product["alt"],
        "Gift card": "false",
        "SEO title": product["title"] + " | Kontor",
        "SEO description": product["seo"],
    }
    for number, option in enumerate(product["options"], start=1):
        cells[f"Option{number} name"] = option[0]
    return cells


def rows(product):
    combinations = itertools.product(*(option[1:] for option in product["options"]))
    for number, values in enumerate(combinations):
        cells = variant_cells(product, values) | (product_cells(product) if number == 0 else {})
        yield {column: cells.get(column, "") for column in COLUMNS} | {"URL handle": product["handle"]}


def catalogue(products):
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for product in products:
        writer.writerows(rows(product))
    return out.getvalue()


def picture(product):
    wanted = product["picture"]
    palette = Palette(wanted["colours"])
    # On a light body the emblem takes the accent's colour, on a dark one the body's own.
    bright = sum(int(palette.main[i : i + 2], 16) for i in (1, 3, 5)) > 540
    return SHAPES[wanted["shape"]](palette, wanted | {"accent_on_label": bright})


def load():
    products = []
    for path in sorted((HERE / "products").glob("*.toml")):
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        for number, product in enumerate(table["product"], start=1):
            products.append(product | {"category": table["category"], "sku": f"{table['sku']}{number:02d}"})
    return products


def check(products, texts):
    """What a shop must be able to rely on; raises on the first thing that is wrong."""
    skus = [row["SKU"] for product in products for row in rows(product)]
    for name, values in (
        ("handle", [product["handle"] for product in products]),
        ("SKU", skus),
        ("barcode", [barcode(sku) for sku in skus]),
        ("picture", list(texts.values())),
    ):
        twice = {value for value in values if values.count(value) > 1}
        if twice:
            raise SystemExit(f"two products share a {name}: {sorted(twice)[0][:80]}")
    for name, text in texts.items():
        if name.endswith(".svg") and len(text.encode()) >= PICTURE_BYTES_MAX:
            raise SystemExit(f"{name} has {len(text.encode())} bytes; a picture must stay below {PICTURE_BYTES_MAX}")


def write(folder, texts):
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")
    for path in (folder / "media" / "sample").glob("*.svg"):
        if f"media/sample/{path.name}" not in texts:
            path.unlink()


def compare(texts):
    with tempfile.TemporaryDirectory() as folder:
        write(pathlib.Path(folder), texts)
        stale = [
            name
            for name in texts
            if not (TARGET / name).is_file()
            or not filecmp.cmp(TARGET / name, pathlib.Path(folder) / name, shallow=False)
        ]
    if stale:
        raise SystemExit(
            f"{len(stale)} files are not what the sources make, first {stale[0]}: run tools/sample/draw.py"
        )


def main(arguments):
    products = load()
    texts = {f"media/sample/{product['handle']}.svg": picture(product) for product in products}
    texts["catalogue.csv"] = catalogue(products)
    check(products, texts)
    if arguments == ["--check"]:
        return compare(texts)
    write(pathlib.Path(arguments[0]) if arguments else TARGET, texts)
    variants = texts["catalogue.csv"].count("\n") - 1
    print(f"{len(products)} products, {variants} variants, {len(texts) - 1} pictures")


if __name__ == "__main__":
    main(sys.argv[1:])
