"""Large product files: what the shop and the command take of memory does not grow with the file."""

import os
import re
import subprocess
import sys
import tempfile
import unittest

from support.product_files import write_products
from support.shop import BINARY, ROOT, Shop

ROWS = int(os.environ.get("BULK_ROWS", "20000"))  # 200000 for the long run
SHOP_MIB = 110  # the highest at any time
CLIENT_MIB = 40


def highest_mib(pid):
    with open(f"/proc/{pid}/status") as status:
        return int(re.search(r"VmHWM:\s+(\d+)", status.read())[1]) / 1024


class BulkFilesTest(unittest.TestCase):
    def setUp(self):
        self.shop = Shop(catalogue=None).start()
        self.addCleanup(self.shop.__exit__)
        self.token = self.shop.admin().token
        folder = tempfile.TemporaryDirectory(prefix="kontor-bulk-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def run_command(self, *words):
        """Runs `kontor WORDS`; returns the answer and the most memory that it took, in MiB."""
        # A process of its own measures its one child.
        script = (
            "import resource, subprocess, sys; ran = subprocess.run(sys.argv[1:]);"
            "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss); sys.exit(ran.returncode)"
        )
        ran = subprocess.run(
            [sys.executable, "-c", script, BINARY, *words, "--to", self.shop.url],
            cwd=ROOT,
            env={**os.environ, "KONTOR_TOKEN": self.token},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=1200,
        )
        self.assertEqual(ran.returncode, 0, ran.stderr)
        return ran, int(ran.stdout.split()[-1]) / 1024

    def test_memory_stays_within_bounds(self):
        source = os.path.join(self.folder, "in.csv")
        target = os.path.join(self.folder, "out.csv")
        rows = write_products(source, ROWS)
        ran, import_mib = self.run_command("import", "products", source)
        self.assertIn(f"from {rows} rows; 0 rows refused", ran.stdout)
        after_import = highest_mib(self.shop.process.pid)
        ran, export_mib = self.run_command("export", "products", "--output", target)
        self.assertIn(f"in {rows} rows", ran.stderr)
        after_export = highest_mib(self.shop.process.pid)
        sys.stderr.write(
            f"\n{rows} rows: shop {after_import:.0f} MiB after the import, {after_export:.0f} after the export;"
            f" commands {import_mib:.0f} and {export_mib:.0f}\n"
        )
        with open(source, "rb") as before, open(target, "rb") as after:
            self.assertEqual(before.read(), after.read())
        if os.environ.get("KONTOR_SANITIZE"):
            return  # what a sanitizer keeps of memory is not the shop's
        self.assertLess(max(after_import, after_export), SHOP_MIB)
        self.assertLess(max(import_mib, export_mib), CLIENT_MIB)


if __name__ == "__main__":
    unittest.main()
