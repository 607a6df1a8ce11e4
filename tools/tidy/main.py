#!/usr/bin/env python3
"""Kontor's own lint: what no compiler checks. Prints `file:line: what is wrong: what to do` and exits 1.

    tools/tidy/main.py            everything (make lint)
    tools/tidy/main.py --layers   the layer graph only (every build, and ctest)
    --root DIR                    another tree than the one this file stands in
"""

import argparse
import os
import sys

import layers
import rules
import sizes
import source
import tree


def main():
    parser = argparse.ArgumentParser(description="Kontor's own lint")
    parser.add_argument("--root", default=os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
    parser.add_argument("--layers", action="store_true", help="check the layer graph only")
    arguments = parser.parse_args()

    paths = source.list_paths(arguments.root)
    findings = list(check_layers(arguments.root, paths))
    if not arguments.layers:
        findings += check_files(arguments.root, paths)
    for finding in sorted(findings, key=lambda finding: (finding.path, finding.line)):
        print(finding)
    if findings:
        print(f"tidy: {len(findings)} findings", file=sys.stderr)
    return 1 if findings else 0


def check_layers(root, paths):
    with open(os.path.join(root, "tools/tidy/layers.txt"), encoding="utf-8") as file:
        graph = layers.Graph(file.read())
    ours = [path for path in paths if path.endswith((".cpp", ".hpp")) and "/testdata/" not in path]
    sources = [source.read(root, path) for path in ours]
    yield from layers.check(graph, [text for text in sources if text])


def check_files(root, paths):
    for path in paths:
        full = os.path.join(root, path)
        yield from (source.Finding(path, 1, message) for message in tree.check(path, os.path.getsize(full)))
        text = source.read(root, path)
        if text is None or "/testdata/" in path:
            continue
        yield from rules.check_text(text)
        yield from sizes.check(text)
        if text.is_cpp:
            yield from rules.check_cpp(text)


if __name__ == "__main__":
    sys.exit(main())
