import unittest

import markdown
from report import Aim, Report

MACHINE = {
    "time": "2026-01-02T03:04:05+00:00",
    "commit": "0123456789abcdef",
    "uncommitted": False,
    "processor": "P",
    "cores": 2,
    "memoryGiB": 8,
    "system": "Debian",
    "kernel": "6.1",
    "compiler": "g++",
    "loadAverageBefore": 0.1,
    "loadAverageAfter": 1.25,
}


class MarkdownTest(unittest.TestCase):
    def test_shows_command_commit_and_every_row(self):
        report = Report(MACHINE, {}, "make bench")
        report.add("start", "kontor", "start", "ms", [80, 90, 120], aim=Aim("<=", 100))
        report.note("start", "from exec on")
        text = markdown.table(report)
        self.assertIn("`make bench`, 2026-01-02T03:04:05+00:00, commit 0123456789ab.", text)
        self.assertIn("| kontor | start | 90 (80 … 120) ms |  | ≤ 100 ms: met |", text)
        self.assertIn("From exec on", text)

    def test_replaces_only_what_stands_between_the_marks(self):
        page = f"# Head\n{markdown.BEGIN}\nold\n{markdown.END}\ntail\n"
        self.assertEqual(markdown.replace(page, "new\n"), f"# Head\n{markdown.BEGIN}\nnew\n{markdown.END}\ntail\n")

    def test_refuses_a_page_without_a_place(self):
        with self.assertRaises(ValueError):
            markdown.replace(f"{markdown.BEGIN}\n", "new\n")


if __name__ == "__main__":
    unittest.main()
