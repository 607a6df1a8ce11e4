"""Pairs of contracts, released and now: what takes a promise back is refused by name, what only grows passes.

A case is one file: `# ERROR: <words>` for each fault, then `--- released` and `--- now`. A part without `syntax` gets
HEAD; `--- v2` and `--- settings` begin a further file of the same side.
"""

import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import growth
import ledger
import main

HERE = Path(os.path.abspath(__file__)).parent
TESTDATA = HERE / "testdata"
OPTIONS = HERE.parents[1] / "contracts/kontor/api/options.proto"
HEAD = """syntax = "proto3";
package kontor.shop.{version};
import "google/api/annotations.proto";
import "kontor/api/options.proto";
"""
PLACES = {
    "v1": "contracts/kontor/shop/v1/shop.proto",
    "v2": "contracts/kontor/shop/v2/shop.proto",
    "settings": "services/shop/settings.proto",
}


def read_case(path):
    """(expected words of each fault, {side: {place: text}})."""
    errors, sides, side, place = [], {}, "", "v1"
    for line in path.read_text("utf-8").splitlines():
        if line.startswith("# ERROR: "):
            errors.append(line.removeprefix("# ERROR: "))
        elif line in ("--- released", "--- now"):
            side, place = line.removeprefix("--- "), "v1"
        elif line.startswith("--- "):
            place = line.removeprefix("--- ")
        else:
            text = sides.setdefault(side, {}).get(place, "")
            if not text and not line.startswith("syntax"):
                text = HEAD.format(version=place)
            sides[side][place] = f"{text}{line}\n"
    return errors, sides


def write_tree(root, files):
    options = root / "contracts/kontor/api/options.proto"
    options.parent.mkdir(parents=True)
    options.write_bytes(OPTIONS.read_bytes())
    for place, text in files.items():
        path = root / PLACES[place]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


def facts_of(files):
    with tempfile.TemporaryDirectory() as folder:
        write_tree(Path(folder), files)
        return main.present_facts(Path(folder), main.GOOGLEAPIS)


class Pairs(unittest.TestCase):
    def check(self, path):
        errors, sides = read_case(path)
        released = ledger.read(ledger.write(facts_of(sides["released"])))  # as a release would keep it
        return errors, [str(fault) for fault in growth.check(released, facts_of(sides["now"]))]

    def test_what_takes_a_promise_back_is_refused_by_name(self):
        paths = sorted((TESTDATA / "broken").iterdir())
        self.assertGreater(len(paths), 60, "testdata/broken/ has lost its cases")
        for path in paths:
            with self.subTest(path.name):
                errors, faults = self.check(path)
                self.assertTrue(errors, "a broken pair begins with # ERROR: <what is said>")
                self.assertEqual(len(faults), len(errors), faults)
                for words in errors:
                    self.assertTrue(any(words in fault for fault in faults), f"{words}\nnot in\n{faults}")

    def test_what_only_grows_passes(self):
        paths = sorted((TESTDATA / "grown").iterdir())
        self.assertGreater(len(paths), 15, "testdata/grown/ has lost its cases")
        for path in paths:
            with self.subTest(path.name):
                self.assertEqual(self.check(path), ([], []))


class Ledger(unittest.TestCase):
    def test_it_reads_back_what_it_wrote(self):
        present = main.present_facts(HERE.parents[1], main.GOOGLEAPIS)
        self.assertGreater(len(present), 900)
        known = {(fact.kind, fact.name): (fact.attributes, fact.path) for fact in present}
        again = {(fact.kind, fact.name): (fact.attributes, fact.path) for fact in ledger.read(ledger.write(present))}
        self.assertEqual(known, again)


class Command(unittest.TestCase):
    def run_main(self, root, *words):
        command = [sys.executable, "-B", str(HERE / "main.py"), "--root", str(root), *words]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    def test_a_release_is_held(self):
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            write_tree(root, {"v1": HEAD.format(version="v1") + "message Cart {\n  string id = 1;\n}\n"})
            self.assertEqual(self.run_main(root, "--release").returncode, 0)
            self.assertIn("kontor.shop.v1.Cart.id", (root / main.RELEASED).read_text("utf-8"))
            self.assertEqual(self.run_main(root).returncode, 0)
            contract = root / PLACES["v1"]
            contract.write_text(contract.read_text("utf-8").replace("id = 1", "id = 2"), "utf-8")
            for words in ((), ("--release",)):  # nor does a release take a promise back
                ran = self.run_main(root, *words)
                self.assertEqual(ran.returncode, 1)
                self.assertIn(f"{PLACES['v1']}:6: field kontor.shop.v1.Cart.id: number", ran.stdout)

    def test_a_tree_without_a_release_is_told(self):
        with tempfile.TemporaryDirectory() as folder:
            write_tree(Path(folder), {})
            ran = self.run_main(folder)
            self.assertEqual(ran.returncode, 1)
            self.assertIn("make release-contracts", ran.stderr)


if __name__ == "__main__":
    unittest.main()
