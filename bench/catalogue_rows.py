"""Product files for the figures: Shopify's columns, pseudo-random content, the same bytes for the same seed."""

import csv
import random

COLUMNS = (
    "Title,URL handle,Description,Vendor,Product category,Type,Tags,Published on online store,Status,SKU,"
    "Option1 name,Option1 value,Option2 name,Option2 value,Price,Compare-at price,Charge tax,Inventory tracker,"
    "Inventory quantity,Continue selling when out of stock,Weight value (grams),Requires shipping,Fulfillment service,"
    "Product image URL,Image position,Image alt text,SEO title,SEO description"
).split(",")

WORDS = (
    "harbour rope canvas lantern oak copper wool linen coffee tide anchor sail deck cedar salt amber felt slate brass "
    "juniper birch kettle basket blanket candle mug jumper compass net gull dune reed pebble storm dawn"
).split()
SIZES = ("XS", "S", "M", "L", "XL", "XXL")
COLOURS = ("Sand", "Ink", "Moss", "Rust", "Chalk")


def _words(source, count):
    return " ".join(source.choice(WORDS) for _ in range(count))


def _product(source, number, variants, images):
    """The rows of one product: the first says all of it, the others a variant, an image or both."""
    handle = f"{'-'.join(source.sample(WORDS, 3))}-{number}"
    price = source.randrange(150, 20_000)
    for index in range(max(variants, images)):
        row = dict.fromkeys(COLUMNS, "")
        row["URL handle"] = handle
        if index == 0:
            row.update(_head(source, number))
        if index < variants:
            row.update(_variant(source, number, index, price))
        if index < images:
            row["Product image URL"] = f"https://images.example.org/{handle}-{index + 1}.jpg"
            row["Image position"] = str(index + 1)
            row["Image alt text"] = _words(source, 6).capitalize()
        yield row


def _head(source, number):
    return {
        "Title": f"{_words(source, 3).title()} {number}",
        # A comma, a quote and a line end in every description: what a reader must get right.
        "Description": f'<p>{_words(source, 30).capitalize()}, a "{source.choice(WORDS)}".\n{_words(source, 15)}.</p>',
        "Vendor": source.choice(WORDS).title() + " & Sons",
        "Product category": "Home & Garden",
        "Type": source.choice(WORDS).title(),
        "Tags": ", ".join(source.sample(WORDS, 3)),
        "Published on online store": "true",
        "Status": "active",
        "Option1 name": "Size",
        "Option2 name": "Colour",
        "SEO title": _words(source, 4).title(),
        "SEO description": _words(source, 12).capitalize() + ".",
    }


def _variant(source, number, index, price):
    amount = price + 50 * index
    return {
        "SKU": f"B{number:06d}-{index:02d}",
        "Option1 value": SIZES[index % len(SIZES)],
        "Option2 value": COLOURS[index // len(SIZES)],
        "Price": f"{amount // 100}.{amount % 100:02d}",
        "Charge tax": "true",
        "Inventory tracker": "shopify",
        "Inventory quantity": str(source.randrange(1, 500)),
        "Continue selling when out of stock": "deny",
        "Weight value (grams)": str(source.randrange(20, 5000)),
        "Requires shipping": "true",
        "Fulfillment service": "manual",
    }


def write(path, products, variants, images, seed=1):
    """Writes a file of so many products, each of so many variants and images; returns its rows."""
    source = random.Random(seed)
    rows = 0
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        for number in range(products):
            for row in _product(source, number, variants, images):
                writer.writerow(row)
                rows += 1
    return rows
