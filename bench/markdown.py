"""The table as docs/figures.md shows it, put there in place of the last one by `DOCS=1 make bench`."""

import os

from report import MARKS, between

BEGIN, END = "<!-- figures: written by DOCS=1 make bench -->", "<!-- figures: end -->"


def table(report):
    """Machine, command and one table for each case."""
    machine, lines = report.machine, []
    changed = " with uncommitted changes" if machine["uncommitted"] else ""
    lines.append(f"`{report.command}`, {machine['time']}, commit {machine['commit'][:12]}{changed}.")
    lines.append(
        f"{machine['processor']}, {machine['cores']} cores, {machine['memoryGiB']} GiB, {machine['system']}, "
        f"Linux {machine['kernel']}, {machine['compiler']}. "
        f"Load average before and after: {machine['loadAverageBefore']:.1f}, {machine['loadAverageAfter']:.1f}."
    )
    for case in report.cases():
        lines += ["", f"### {case[0].upper()}{case[1:]}", ""]
        lines += ["| subject | measure | median (min … max) | ratio (min … max) | aim |", "|---|---|---|---|---|"]
        lines += [_line(row) for row in report.rows if row.case == case]
        lines += ["", *(f"{text[0].upper()}{text[1:]}  " for of, text in report.notes if of == case)]
    return "\n".join(lines).rstrip() + "\n"


def _line(row):
    ratio = f"{between(row.ratio, '{:.2f}'.format)} × {row.reference}" if row.reference else ""
    aim = f"{row.aim_text()}: {MARKS[row.met]}" if row.aim else ""
    return f"| {row.subject} | {row.measure} | {between(row.spread)} {row.unit} | {ratio} | {aim} |"


def replace(text, new):
    """`text` with what stands between the two marks replaced by `new`."""
    head, found, rest = text.partition(BEGIN)
    _, ended, tail = rest.partition(END)
    if not found or not ended:
        raise ValueError(f"the page has no place for figures: it needs the lines {BEGIN} and {END}")
    return f"{head}{BEGIN}\n{new}{END}{tail}"


def update(path, report):
    with open(path, encoding="utf-8") as file:
        text = replace(file.read(), table(report))
    with open(path + ".new", "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(path + ".new", path)
