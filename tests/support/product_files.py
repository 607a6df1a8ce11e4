"""Product files of any size: made row by row, so that making one takes no memory either. The same rows each time."""

CLASSIC = (
    "Handle,Title,Body (HTML),Vendor,Type,Tags,Published,Option1 Name,Option1 Value,Option2 Name,Option2 Value,"
    "Option3 Name,Option3 Value,Variant SKU,Variant Grams,Variant Inventory Tracker,Variant Inventory Qty,"
    "Variant Inventory Policy,Variant Fulfillment Service,Variant Price,Variant Compare At Price,"
    "Variant Requires Shipping,Variant Taxable,Variant Barcode,Image Src,Image Position,Image Alt Text,Gift Card,"
    "SEO Title,SEO Description,Google Shopping / Google Product Category,Google Shopping / Gender,"
    "Google Shopping / Condition,Google Shopping / Custom Label 0,Variant Image,Variant Weight Unit,Variant Tax Code,"
    "Cost per item,Status"
).split(",")
SIZES = ("S", "M", "L", "XL")
TEXT = (
    '"<p>Woven by hand, with a collar, and seams that last. Sold by the piece.</p>\n'
    '<p>Wash at 30 °C, dry in the shade; ""as new"" after years.</p>"'
)


def product_rows(number):
    """The rows of one product: four sizes and a further picture, or one thing without options."""
    handle = f"bulk-{number:06d}"
    base = f"https://cdn.example.org/{handle}"
    common = {
        "Handle": handle,
        "Variant Grams": str(100 + number % 900),
        "Variant Inventory Tracker": "shopify",
        "Variant Inventory Policy": "deny",
        "Variant Fulfillment Service": "manual",
        "Variant Requires Shipping": "true",
        "Variant Taxable": "true",
        "Variant Weight Unit": "kg" if number % 3 else "g",
    }
    first = {
        "Title": f"Bulk Thing {number}",
        "Body (HTML)": TEXT,
        "Vendor": f"Vendor {number % 40}",
        "Type": f"Kind {number % 25}",
        "Tags": '"autumn, linen"' if number % 2 else "",
        "Published": "true",
        "Image Src": f"{base}-1.jpg",
        "Image Position": "1",
        "Image Alt Text": "From the front",
        "Gift Card": "false",
        "Google Shopping / Condition": "new",
        "Status": "active",
    }
    if number % 5 == 0:
        yield {
            **common,
            **first,
            "Option1 Name": "Title",
            "Option1 Value": "Default Title",
            "Variant SKU": f"B{number:06d}",
            "Variant Inventory Qty": str(number % 70),
            "Variant Price": f"{10 + number % 90}.50",
        }
        return
    for index, size in enumerate(SIZES):
        yield {
            **common,
            **(first if index == 0 else {}),
            **({"Option1 Name": "Size"} if index == 0 else {}),
            "Option1 Value": size,
            "Variant SKU": f"B{number:06d}-{size}",
            "Variant Inventory Qty": str((number + index) % 70),
            "Variant Price": f"{10 + number % 90}.00" if number % 4 else str(10 + number % 90),
            "Variant Compare At Price": f"{20 + number % 90}.00" if number % 7 == 0 else "",
            "Cost per item": "4.20",
        }
    yield {"Handle": handle, "Image Src": f"{base}-2.jpg", "Image Position": "2"}


def write_products(path, rows):
    """Writes a classic file of `rows` rows or a few more (products are whole); returns how many it has."""
    written = number = 0
    with open(path, "w", encoding="utf-8", newline="") as file:
        file.write(",".join(CLASSIC) + "\n")
        while written < rows:
            number += 1
            for row in product_rows(number):
                file.write(",".join(row.get(column, "") for column in CLASSIC) + "\n")
                written += 1
    return written
