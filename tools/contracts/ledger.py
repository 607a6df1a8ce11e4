"""The committed form of a release's facts: one line for each, so that a review sees what a release adds."""

import json
import re

from facts import Fact

HEAD = """\
# What the last release promises: its contracts, settings and stored messages, one fact a line.
# Written by `make release-contracts` as a part of a release, never by hand; `make lint` and `make test` hold the
# contracts to it: they may grow, and take nothing back. See contracts/README.md.
"""
WORD = re.compile(r'(\w+)=("(?:[^"\\]|\\.)*"|\S+)')


def write(facts):
    lines = [HEAD.rstrip()]
    for fact in facts:
        if fact.kind == "file":
            lines.append("")
        words = [fact.kind, fact.name, *(f"{key}={quoted(value)}" for key, value in fact.attributes.items())]
        lines.append(" ".join(words))
    return "\n".join(lines) + "\n"


def quoted(value):
    return value if re.fullmatch(r'[^\s"]+', value) else json.dumps(value)


def read(text):
    facts = []
    path = ""
    for line in text.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        kind, name, rest = (line + "  ").split(" ", 2)
        if kind == "file":
            path = name
        said = {key: json.loads(value) if value.startswith('"') else value for key, value in WORD.findall(rest)}
        facts.append(Fact(kind, name, said, path))
    return facts
