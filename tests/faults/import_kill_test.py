"""The process is killed in the middle of an import: the job is told as failed, and the next import is clean."""

import os
import signal
import subprocess
import tempfile
import unittest

from support.buyer import expect
from support.product_files import write_products
from support.shop import BINARY, ROOT, Shop, wait_for

ROWS = int(os.environ.get("IMPORT_KILL_ROWS", "12000"))
KILLS = int(os.environ.get("IMPORT_KILLS", "3"))


class ImportKillTest(unittest.TestCase):
    def setUp(self):
        self.shop = Shop(catalogue=None).start()
        self.addCleanup(self.shop.__exit__)
        self.admin = self.shop.admin()
        folder = tempfile.TemporaryDirectory(prefix="kontor-import-kill-")
        self.addCleanup(folder.cleanup)
        self.path = os.path.join(folder.name, "products.csv")
        self.rows = write_products(self.path, ROWS)

    def begin(self):
        with open(self.path, "rb") as file:
            answer = self.admin.post("/v1/admin/imports", raw=file.read(), headers={"Content-Type": "text/csv"})
        return expect(answer, 202)["id"]

    def job(self, name):
        return expect(self.admin.get(f"/v1/admin/imports/{name}"), 200)

    def test_a_killed_import_is_told_and_done_again(self):
        for kill in range(1, KILLS + 1):
            name = self.begin()
            wait_for(lambda name=name: self.job(name)["products"] > 300 * kill, 60, "the import's progress")
            before = self.job(name)
            self.shop.kill(signal.SIGKILL)
            self.shop.start()
            self.admin = self.shop.admin_after_restart(self.admin)
            job = self.job(name)
            self.assertEqual(job["state"], "failed")
            self.assertIn("import the file again", job["failure"])
            self.assertGreaterEqual(job["products"], before["products"])
            self.assertLess(job["rows"], self.rows)
            self.assertEqual(os.listdir(os.path.join(self.shop.data, "spool")), [])
            self.assert_consistent()
        ran = subprocess.run(
            [BINARY, "import", "products", self.path, "--to", self.shop.url],
            cwd=ROOT,
            env={**os.environ, "KONTOR_TOKEN": self.admin.token},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
        )
        self.assertEqual(ran.returncode, 0, ran.stderr)
        self.assertIn(f"from {self.rows} rows; 0 rows refused", ran.stdout)
        self.assert_consistent()
        exported = subprocess.run(
            [BINARY, "export", "products", "--to", self.shop.url],
            cwd=ROOT,
            env={**os.environ, "KONTOR_TOKEN": self.admin.token},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=120,
        )
        self.assertEqual(exported.returncode, 0, exported.stderr)
        with open(self.path, "rb") as file:
            wanted = file.read().splitlines()
        # Products of the killed imports stand where those imports put them; each row is there once, quantities too.
        self.assertEqual(sorted(exported.stdout.splitlines()), sorted(wanted))

    def assert_consistent(self):
        checked = expect(self.admin.get("/v1/admin/invariants"), 200)
        broken = [each for each in checked["invariants"] if not each["ok"]]
        self.assertEqual(broken, [])


if __name__ == "__main__":
    unittest.main()
