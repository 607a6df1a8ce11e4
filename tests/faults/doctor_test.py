"""`kontor doctor` on the real binary: it names each edited row, refuses a folder in use, and asks a running shop."""

import os
import shutil
import subprocess
import unittest

from support.books import edit, rows
from support.buyer import any_sku, broken_invariants, buy, set_stock
from support.shop import BINARY, ROOT, Shop

# Rows edited with sqlite3 behind the shop's back: (store, statements), what the doctor's findings must hold.
# {order} and {ref} stand for an order that was bought and its checkout, {sku} for what was bought.
PLANTS = [
    ("order", ["UPDATE orders SET total = total + 1 WHERE id = '{order}'"], "order {number}: total "),
    ("order", ["UPDATE orders SET status = 'pending' WHERE id = '{order}'"], "its order {order} is pending"),
    ("order", ["DELETE FROM order_line WHERE order_id = '{order}'"], "order {number} has no lines"),
    ("order", ["DELETE FROM order_history WHERE order_id = '{order}'"], "its history does not say so"),
    ("order", ["DELETE FROM checkout WHERE id = '{ref}'"], "{ref}, which is no checkout"),
    (
        "order",
        ["UPDATE checkout SET step = 'failed' WHERE id = '{ref}'"],
        "{ref} is failed, its order {order} confirmed",
    ),
    ("order", ["UPDATE orders SET token_hash = X'00' WHERE id = '{order}'"], "is not found by its own token"),
    ("payment", ["UPDATE payment SET captured = 1 WHERE ref = '{ref}'"], "{ref}: captured is 1, its history says 0"),
    ("payment", ["UPDATE payment SET captured = authorized + 1 WHERE ref = '{ref}'"], "has taken or returned too much"),
    ("payment", ["DELETE FROM payment_event WHERE ref = '{ref}'"], "{ref}: authorized is "),
    ("sandbox", ["UPDATE entry SET state = 'voided', authorized = 0 WHERE ref = '{ref}'"], "the provider says 0 and 0"),
    (
        "sandbox",
        ["INSERT INTO operation VALUES ('{ref}', 'capture', 'ful_x', 5)"],
        "{ref}: captured 0, operations say 5",
    ),
    ("inventory", ["UPDATE level SET on_hand = on_hand + 1 WHERE sku = '{sku}'"], "{sku} at main: on hand "),
    (
        "inventory",
        ["UPDATE reservation SET state = 'released' WHERE ref = '{ref}'"],
        "{order} confirmed, but no stock is promised",
    ),
    ("cart", ["UPDATE cart SET total = total + 1 WHERE checkout = '{ref}'"], "its lines and shipping make "),
    ("cart", ["UPDATE cart SET state = 'checking_out' WHERE checkout = '{ref}'"], "but its cart is still locked"),
    ("cart", ["DELETE FROM cart WHERE checkout = '{ref}'"], "but its cart is not completed"),
    ("catalog", ["DELETE FROM price WHERE variant_id = (SELECT id FROM variant WHERE sku = '{sku}')"], "(sku {sku})"),
    ("user", ["UPDATE staff_role SET role = 'wizard'"], "there are staff, but no owner"),
    ("user", ["DELETE FROM account"], ", which is not there"),
    (
        "bus",
        [
            "UPDATE event_log SET sequence = 0 WHERE entry = "
            "(SELECT MAX(entry) FROM event_log WHERE subject = '{order}')"
        ],
        "has the sequence 0 and lies behind",
    ),
    (
        "bus",
        ["INSERT INTO dead_letter SELECT 'order', 'it burns', 5, time, id, source, topic, type, subject, schema, data, "
         "time, sequence, traceparent, FALSE FROM event_log LIMIT 1"],
        "attempts: it burns",
    ),
]


def run(*arguments, env=None):
    done = subprocess.run(
        [BINARY, "doctor", *arguments], cwd=ROOT, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    return done.returncode, done.stdout, done.stderr


class DoctorTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.shop = Shop().start()
        cls.admin = cls.shop.admin()
        client = cls.shop.client()
        sku = any_sku(client)
        set_stock(cls.admin, sku, 50)
        order = buy(client, sku)
        buy(client, sku)
        cls.running = cls.examine_running()
        cls.shop.stop()
        ref = rows(cls.shop.data, "order", f"SELECT checkout_id FROM orders WHERE id = '{order['id']}'")[0][0]
        cls.words = {"order": order["id"], "number": order["number"], "ref": ref, "sku": sku}

    @classmethod
    def tearDownClass(cls):
        cls.shop.__exit__()

    @classmethod
    def examine_running(cls):
        """What it says of a running shop, and of one that it must not touch."""
        assert broken_invariants(cls.admin) == []
        return {
            "asked": run("--to", cls.shop.url, "--token", cls.admin.token),
            "no token": run("--to", cls.shop.url),
            "bad token": run("--to", cls.shop.url, "--token", "nobody"),
            "locked": run("--data", cls.shop.data),
        }

    def copy(self):
        """The stopped shop's folder, to be spoiled."""
        folder = self.shop.data + "-copy"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.shop.data, folder)
        self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
        return folder

    def test_a_running_shop_is_asked(self):
        code, text, errors = self.running["asked"]
        self.assertEqual((code, errors), (0, ""), text)
        self.assertIn("shop: the provider's book equals ours", text)
        self.assertIn("all is well", text)

    def test_without_a_right_token_nothing_is_said(self):
        for case, word in (("no token", "KONTOR_TOKEN"), ("bad token", "does not accept the token")):
            code, text, errors = self.running[case]
            self.assertEqual((code, text), (1, ""), case)
            self.assertIn(word, errors)

    def test_a_folder_in_use_is_left_alone(self):
        code, text, errors = self.running["locked"]
        self.assertEqual((code, text), (1, ""))
        self.assertIn("in use by another Kontor (process ", errors)
        self.assertIn("--to URL --token", errors)

    def test_a_sound_folder_is_sound(self):
        code, text, errors = run("--data", self.shop.data)
        self.assertEqual((code, errors), (0, ""), text)
        for store in ("order", "payment", "sandbox", "inventory", "cart", "catalog", "user", "bus"):
            self.assertIn(f"ok       store {store}.db (sound, schema ", text)
        self.assertNotIn("FAULT", text)

    def test_each_edited_row_is_named(self):
        for store, statements, said in PLANTS:
            with self.subTest(said=said):
                folder = self.copy()
                changed = edit(folder, store, *(sql.format(**self.words) for sql in statements))
                self.assertTrue(all(count > 0 for count in changed), f"{statements} changed nothing")
                code, text, errors = run("--data", folder)
                self.assertEqual((code, errors), (1, ""), text)
                self.assertIn(said.format(**self.words), text)
                self.assertIn("do: ", text)

    def test_a_damaged_store_is_named(self):
        folder = self.copy()
        with open(os.path.join(folder, "order.db"), "r+b") as file:
            file.seek(4096)
            file.write(b"\x5a" * 8192)
        code, text, _ = run("--data", folder)
        self.assertEqual(code, 1, text)
        self.assertIn("FAULT    store order.db", text)
        self.assertIn("restore all stores from one backup", text)
        self.assertIn("skipped  invariants", text)

    def test_a_newer_schema_and_a_missing_key_are_named(self):
        folder = self.copy()
        newer = "UPDATE schema_version SET compatible_from = 99, version = version + 50 WHERE part = 'service'"
        edit(folder, "cart", newer)
        code, text, _ = run("--data", folder)
        self.assertEqual(code, 1, text)
        self.assertIn("examine it with the newer kontor that wrote it", text)
        os.remove(os.path.join(folder, "keys", "seal.key"))
        code, text, _ = run("--data", folder)
        self.assertEqual(code, 1, text)
        self.assertIn("seal.key", text)

    def test_a_wrong_configuration_is_named(self):
        code, text, _ = run("--data", self.shop.data, env={**os.environ, "KONTOR_CART__REGION_CURRENCY": "USD"})
        self.assertEqual(code, 1, text)
        self.assertIn("catalog.currency is EUR, cart.region.currency is USD", text)
        self.assertIn("skipped  stores and invariants", text)

    def test_an_empty_folder_is_no_shop(self):
        code, text, errors = run("--data", os.path.dirname(self.shop.data))
        self.assertEqual((code, text), (1, ""))
        self.assertIn("there is no shop in", errors)


if __name__ == "__main__":
    unittest.main()
