"""What stops the shop from opening, and what the owner is told; and what a restart keeps."""

import os
import shutil
import sqlite3
import subprocess
import tempfile
import unittest

from support.buyer import any_sku, buy, expect, track
from support.shop import BINARY, ROOT, Shop

PROFILE = os.path.join(ROOT, "deploy/profiles/embedded.yaml")


def run(*words, environment=None):
    clean = {name: value for name, value in os.environ.items() if not name.startswith("KONTOR_")}
    return subprocess.run(
        [BINARY, *words],
        cwd=ROOT,
        env={**clean, **(environment or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
    )


class StartTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="kontor-start-")

    def tearDown(self):
        shutil.rmtree(self.folder, ignore_errors=True)

    def refuses(self, answer, *words):
        self.assertNotEqual(answer.returncode, 0, answer.stdout)
        for word in words:
            self.assertIn(word, answer.stderr)
        self.assertNotIn("Kontor is open", answer.stdout)

    def config(self, text):
        path = os.path.join(self.folder, "kontor.yaml")
        with open(path, "w") as file:
            file.write(text)
        return path

    def serve(self, *words, data="data", config=PROFILE, environment=None):
        return run(
            "serve",
            "--config",
            config,
            "--port",
            "0",
            "--ops",
            "0",
            "--data",
            os.path.join(self.folder, data),
            "--catalog",
            "",
            *words,
            environment=environment,
        )

    def test_an_order_outlives_a_kill_and_a_clean_stop(self):
        with Shop() as shop:
            order = buy(shop.client(), any_sku(shop.client()))
            shop.restart()
            self.assertEqual(expect(track(shop.client(), order), 200)["id"], order["id"])
            self.assertEqual(shop.stop(), 0)
            shop.start()
            self.assertEqual(expect(track(shop.client(), order), 200)["id"], order["id"])
            self.assertIsNotNone(shop.owner)  # kept from the first start
            self.assertNotIn("owner:", "\n".join(shop.lines), "the password is printed once only")

    def test_a_port_in_use_is_named(self):
        with Shop() as shop:
            port = shop.url.rsplit(":", 1)[1]
            answer = run(
                "serve",
                "--config",
                PROFILE,
                "--port",
                port,
                "--ops",
                "0",
                "--data",
                os.path.join(self.folder, "other"),
                "--catalog",
                "",
            )
            self.refuses(answer, port, "in use")

    def test_a_locked_data_folder_names_its_holder(self):
        with Shop() as shop:
            answer = run("serve", "--config", PROFILE, "--port", "0", "--ops", "0", "--data", shop.data)
            self.refuses(answer, shop.data, str(shop.process.pid))

    def test_a_data_folder_that_cannot_be_made_is_named(self):
        with open(os.path.join(self.folder, "file"), "w"):
            pass
        self.refuses(self.serve(data="file"), "file", "folder")
        self.refuses(self.serve(data="file/below"), "file/below")

    def test_a_newer_schema_is_refused_only_when_it_says_so(self):
        with Shop(data=os.path.join(self.folder, "data")) as shop:
            shop.stop()
            path = os.path.join(shop.data, "order.db")
            self.assertTrue(os.path.exists(path))
            with sqlite3.connect(path) as store:
                tables = [
                    name for name, in store.execute("SELECT name FROM sqlite_master WHERE name = 'schema_version'")
                ]
                self.assertEqual(tables, ["schema_version"])
                columns = [row[1] for row in store.execute("PRAGMA table_info(schema_version)")]
                last = store.execute(
                    "SELECT * FROM schema_version WHERE component = 'order' ORDER BY version DESC LIMIT 1"
                    if "component" in columns
                    else "SELECT * FROM schema_version ORDER BY version DESC LIMIT 1"
                ).fetchone()
                newer = dict(zip(columns, last)) | {"version": 99, "compatible_from": 1, "name": "0099_later"}
                store.execute(
                    f"INSERT INTO schema_version ({', '.join(newer)}) VALUES ({', '.join('?' * len(newer))})",
                    list(newer.values()),
                )
            shop.start()  # a later schema that this binary can work on
            shop.stop()
            with sqlite3.connect(path) as store:
                store.execute("UPDATE schema_version SET compatible_from = 99 WHERE version = 99")
            answer = run("serve", "--config", PROFILE, "--port", "0", "--ops", "0", "--data", shop.data)
            self.refuses(answer, "order.db", "99")

    def test_faults_of_a_configuration_are_all_named(self):
        path = self.config(
            "order:\n  checkout.hold: soon\n  chekout.hold: 20s\ngateway:\n  port: 99999999\nordr:\n  x: 1\n"
        )
        answer = run("check-config", path)
        self.refuses(answer, "checkout.hold", "soon", "chekout.hold", "99999999", "ordr", path)
        self.refuses(self.serve(config=path), "chekout.hold")

    def test_a_missing_secret_is_named(self):
        path = self.config("payment:\n  sandbox.secret: ${env:KONTOR_TEST_ABSENT}\n")
        self.refuses(self.serve(config=path), "KONTOR_TEST_ABSENT")
        path = self.config("payment:\n  sandbox.secret: ${file:absent.key}\n")
        self.refuses(self.serve(config=path), "absent.key")

    def test_a_sound_configuration_is_shown_with_defaults(self):
        answer = run("check-config", PROFILE)
        self.assertEqual(answer.returncode, 0, answer.stderr)
        self.assertIn("hold", answer.stdout)

    def test_an_unknown_command_is_refused(self):
        self.assertEqual(run("sell").returncode, 2)
        self.assertEqual(run().returncode, 2)


if __name__ == "__main__":
    unittest.main()
