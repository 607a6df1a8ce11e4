"""The rows of the table: collected while the cases run, printed for people, written as JSON for machines."""

import json
import operator
import os

from spread import Spread, ratios

RELATIONS = {">=": ("≥", operator.ge), "<=": ("≤", operator.le)}
MARKS = {True: "met", False: "MISSED"}


class Aim:
    """What a row's median (or the median of its ratio) should reach; told, never enforced."""

    def __init__(self, relation, value, of="value"):
        self.relation, self.value, self.of = relation, value, of

    def met(self, spread, ratio):
        judged = ratio if self.of == "ratio" else spread
        return RELATIONS[self.relation][1](judged.median, self.value)


class Row:
    """One measure of one subject over all rounds, beside its reference's if it has one."""

    def __init__(self, case, subject, measure, unit, values, reference=None, aim=None):
        self.case, self.subject, self.measure, self.unit, self.aim = case, subject, measure, unit, aim
        self.spread = Spread(values)
        self.reference, self.ratio = None, None
        if reference:
            self.reference, others = reference
            self.ratio = ratios(values, others)

    @property
    def met(self):
        return self.aim.met(self.spread, self.ratio) if self.aim else None

    def aim_text(self):
        if not self.aim:
            return ""
        sign = RELATIONS[self.aim.relation][0]
        if self.aim.of == "ratio":
            return f"{sign} {self.aim.value:g} × {self.reference}"
        return f"{sign} {number(self.aim.value)} {self.unit}"

    def json(self):
        row = {"case": self.case, "subject": self.subject, "measure": self.measure, "unit": self.unit}
        row.update(self.spread.json())
        if self.reference:
            row["reference"] = self.reference
            row["ratio"] = self.ratio.json()
        if self.aim:
            row["aim"] = {"text": self.aim_text(), "of": self.aim.of, "value": self.aim.value, "met": self.met}
        return row


def number(value):
    """Three digits that count, or all of a large whole number: 93,412 and 12.3 and 0.412."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def between(spread, form=number):
    return f"{form(spread.median)} ({form(spread.lowest)} … {form(spread.highest)})"


class Report:
    """All rows of a run, in the order of the cases."""

    def __init__(self, machine, settings, command):
        self.machine, self.settings, self.command = machine, settings, command
        self.rows = []
        self.notes = []
        self.raw = {}

    def add(self, *arguments, **more):
        self.rows.append(Row(*arguments, **more))
        return self.rows[-1]

    def note(self, case, text):
        """What a reader of the case's rows must know."""
        self.notes.append((case, text))

    def keep(self, case, rounds):
        """All that the drivers said, for those who ask for more than the table."""
        self.raw[case] = rounds

    def cases(self):
        return list(dict.fromkeys(row.case for row in self.rows))

    def text(self, case):
        """The case's part of the table."""
        rows = [row for row in self.rows if row.case == case]
        cells = [_cells(row) for row in rows]
        widths = [max(len(line[column]) for line in cells) for column in range(len(cells[0]))]
        lines = [f"\n{case}"]
        lines += [f"  ({text})" for of, text in self.notes if of == case]
        for line in cells:
            lines.append("  " + "   ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip())
        return "\n".join(lines)

    def write(self, path):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as file:
            json.dump(
                {
                    "command": self.command,
                    "machine": self.machine,
                    "settings": self.settings,
                    "notes": [{"case": case, "text": text} for case, text in self.notes],
                    "rows": [row.json() for row in self.rows],
                    "runs": self.raw,
                },
                file,
                indent=1,
                ensure_ascii=False,
            )


def _cells(row):
    ratio = f"{between(row.ratio, '{:.2f}'.format)} × {row.reference}" if row.reference else ""
    aim = f"aim {row.aim_text()}: {MARKS[row.met]}" if row.aim else ""
    return [row.subject, row.measure, f"{between(row.spread)} {row.unit}", ratio, aim]
