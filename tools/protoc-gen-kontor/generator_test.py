"""Runs protoc with the plugin on testdata/: what must come out, and what must be refused. See README.md.

    generator_test.py --protoc PROTOC --plugin PLUGIN [-I FOLDER]... [unittest arguments]
"""

import argparse
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

TESTDATA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "testdata")
SHOP = "kontor/shop/v1/shop.proto"
ERRORS = os.path.join(TESTDATA, "errors")


class Protoc:
    """How protoc is called; set from the command line."""

    protoc = plugin = None
    imports = []

    @classmethod
    def run(cls, root, names, out, parameter=""):
        command = [cls.protoc, "-I", root, *(f"-I{folder}" for folder in cls.imports)]
        command += [f"--plugin=protoc-gen-kontor={cls.plugin}", f"--kontor_out={parameter}{out}", *names]
        return subprocess.run(command, capture_output=True, text=True, check=False)


def protos(root):
    """Contracts below a folder, the refused ones excepted."""
    for folder, folders, names in os.walk(root):
        if root == TESTDATA and "errors" in folders:
            folders.remove("errors")
        for name in sorted(names):
            if name.endswith(".proto"):
                yield os.path.relpath(os.path.join(folder, name), root)


def head(root, name, word):
    """The texts behind "// WORD: " in the comment at the head of a file."""
    texts = []
    for line in Path(root, name).read_text("utf-8").splitlines():
        if not line.startswith("//"):
            break
        if line.startswith(f"// {word}: "):
            texts.append(line.split(": ", 1)[1].strip())
    return texts


def files(folder):
    return sorted(os.path.join(at, name) for at, _, names in os.walk(folder) for name in names)


class Generator(unittest.TestCase):
    def test_what_comes_out(self):
        checked = 0
        for name in protos(TESTDATA):
            with self.subTest(name), tempfile.TemporaryDirectory() as out:
                ran = Protoc.run(TESTDATA, [name], out)
                self.assertEqual(ran.returncode, 0, ran.stderr)
                lines = [line.strip() for path in files(out) for line in Path(path).read_text("utf-8").splitlines()]
                for text in head(TESTDATA, name, "EXPECTED"):
                    self.assertIn(text, lines)
                    checked += 1
                for text in head(TESTDATA, name, "UNEXPECTED"):
                    self.assertFalse([line for line in lines if text in line], f"unexpected: {text}")
                    checked += 1
        self.assertGreater(checked, 50, "testdata/ has lost its expectations")

    def test_what_is_refused(self):
        names = list(protos(ERRORS))
        self.assertGreater(len(names), 40, "testdata/errors/ has lost its contracts")
        for name in names:
            with self.subTest(name), tempfile.TemporaryDirectory() as out:
                wanted = head(ERRORS, name, "ERROR")
                self.assertEqual(len(wanted), 1, "the first line must be // ERROR: <what protoc prints>")
                ran = Protoc.run(ERRORS, [name], out)
                self.assertIn(wanted[0], ran.stderr)
                self.assertNotEqual(ran.returncode, 0)
                self.assertEqual(files(out), [], "a refused contract leaves no output")

    def test_paths_collide_across_files(self):
        with tempfile.TemporaryDirectory() as folder:
            text = Path(TESTDATA, SHOP).read_text("utf-8")
            for name in ("first", "second"):
                Path(folder, f"{name}.proto").write_text(text.replace("package kontor.shop", f"package kontor.{name}"))
            alone = Protoc.run(folder, ["first.proto"], folder, "check:")
            together = Protoc.run(folder, ["first.proto", "second.proto"], folder, "check:")
            self.assertEqual(alone.returncode, 0, alone.stderr)
            self.assertIn("is already the path of kontor.first.v1.", together.stderr)
            self.assertEqual(len(files(folder)), 2, "`check` writes nothing")

    def test_an_unknown_parameter_is_refused(self):
        with tempfile.TemporaryDirectory() as out:
            ran = Protoc.run(TESTDATA, [SHOP], out, "chekc:")
            self.assertIn('unknown parameter "chekc"', ran.stderr)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--protoc", required=True)
    parser.add_argument("--plugin", required=True)
    parser.add_argument("-I", dest="imports", action="append", default=[])
    known, rest = parser.parse_known_args()
    Protoc.protoc, Protoc.plugin, Protoc.imports = known.protoc, known.plugin, known.imports
    unittest.main(argv=[sys.argv[0], *rest])


if __name__ == "__main__":
    main()
