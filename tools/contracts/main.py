#!/usr/bin/python3
"""Contracts only grow: holds contracts/ (and settings, and stored messages) to what the last release promised.

    tools/contracts/main.py             check; prints `file:line: what was, what is now: what to do` and exits 1
    tools/contracts/main.py --release   write contracts/released.txt anew: a part of making a release
    --root DIR                          another tree than the one this file stands in
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import facts
import growth
import ledger
from google.protobuf import descriptor_pb2

RELEASED = "contracts/released.txt"
# Whose extensions we read, also in a tree where nobody imports them.
OPTIONS = ("google/api/annotations.proto", "kontor/api/options.proto")
GOOGLEAPIS = "/usr/share/gocode/src/github.com/gogo/googleapis"


def compile_set(imports, names):
    """The descriptors of `names` and all that they import, as protoc makes them. Exits when protoc refuses."""
    with tempfile.NamedTemporaryFile(suffix=".binpb") as out:
        command = ["protoc", *(f"-I{folder}" for folder in imports), "--include_imports", "--include_source_info"]
        ran = subprocess.run([*command, f"-o{out.name}", *names], capture_output=True, text=True, check=False)
        if ran.returncode != 0:
            sys.exit(f"contracts: protoc refuses them:\n{ran.stderr}")
        return descriptor_pb2.FileDescriptorSet.FromString(Path(out.name).read_bytes())


def names_of(root):
    """Contracts by their import name; settings and stored messages by their path."""
    contracts = root / "contracts"
    names = [str(path.relative_to(contracts)) for path in contracts.rglob("*.proto")]
    for place in ("chassis", "services"):
        for name in ("settings.proto", "stored.proto"):
            names += [str(path.relative_to(root)) for path in (root / place).rglob(name)]
    return sorted(names)


def present_facts(root, googleapis):
    names = [name for name in names_of(root) if name not in OPTIONS]
    ours = {name: f"contracts/{name}" if (root / "contracts" / name).exists() else name for name in names}
    return facts.read(compile_set([root / "contracts", root, googleapis], [*names, *OPTIONS]), ours.get)


def main():
    parser = argparse.ArgumentParser(description="contracts only grow")
    parser.add_argument("--root", type=Path, default=Path(os.path.abspath(__file__)).parents[2])
    parser.add_argument("--googleapis", default=GOOGLEAPIS, help="folder of google/api/annotations.proto")
    parser.add_argument("--released", type=Path, help=f"the release's facts (default: {RELEASED})")
    parser.add_argument("--release", action="store_true", help="write the release's facts anew")
    arguments = parser.parse_args()
    released_path = arguments.released or arguments.root / RELEASED
    present = present_facts(arguments.root, arguments.googleapis)
    if not released_path.exists() and not arguments.release:
        sys.exit(f"contracts: there is no {released_path}: restore it, or make one (make release-contracts)")
    released = ledger.read(released_path.read_text("utf-8")) if released_path.exists() else []
    faults = growth.check(released, present)
    for fault in faults:
        print(fault)
    if faults:
        sys.exit(f"contracts: {len(faults)} promises of the last release are broken")
    if arguments.release:
        released_path.write_text(ledger.write(present), "utf-8")
    print(f"contracts: {len(released)} released facts, {len(present)} now; they only grew")


if __name__ == "__main__":
    main()
