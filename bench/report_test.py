import json
import os
import tempfile
import unittest

from report import Aim, Report, Row, number


class RowTest(unittest.TestCase):
    def test_judges_the_median_of_the_ratio(self):
        values, reference = [80, 95, 99], ("NGINX", [100, 100, 100])
        row = Row("reads", "kontor", "rate", "/s", values, reference, Aim(">=", 0.9, of="ratio"))
        self.assertTrue(row.met)
        self.assertFalse(Row("reads", "kontor", "rate", "/s", values, reference, Aim(">=", 0.96, of="ratio")).met)

    def test_judges_the_median_itself(self):
        self.assertTrue(Row("start", "kontor", "start", "ms", [90, 100, 400], aim=Aim("<=", 100)).met)
        self.assertFalse(Row("start", "kontor", "start", "ms", [90, 101, 400], aim=Aim("<=", 100)).met)

    def test_knows_no_verdict_without_an_aim(self):
        self.assertIsNone(Row("start", "kontor", "start", "ms", [1]).met)

    def test_says_the_aim_in_words(self):
        self.assertEqual(Row("a", "b", "c", "ms", [1], aim=Aim("<=", 1500)).aim_text(), "≤ 1,500 ms")
        row = Row("a", "b", "c", "µs", [1], ("NGINX", [1]), Aim("<=", 1.1, of="ratio"))
        self.assertEqual(row.aim_text(), "≤ 1.1 × NGINX")


class ReportTest(unittest.TestCase):
    def report(self):
        report = Report({"cores": 2}, {"rounds": 3}, "make bench")
        report.add("reads", "NGINX", "rate", "/s", [100, 200, 300])
        nginx = [100, 200, 300]
        report.add("reads", "kontor", "rate", "/s", [90, 180, 270], ("NGINX", nginx), Aim(">=", 0.95, "ratio"))
        return report

    def test_prints_median_spread_ratio_and_verdict(self):
        lines = self.report().text("reads").split("\n")
        self.assertIn("kontor   rate   180 (90 … 270) /s", lines[-1])
        self.assertIn("0.90 (0.90 … 0.90) × NGINX", lines[-1])
        self.assertIn("aim ≥ 0.95 × NGINX: MISSED", lines[-1])

    def test_writes_every_round(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "deeper", "figures.json")
            self.report().write(path)
            with open(path) as file:
                written = json.load(file)
        self.assertEqual(written["rows"][1]["rounds"], [90, 180, 270])
        self.assertEqual(written["rows"][1]["ratio"]["median"], 0.9)
        self.assertIs(written["rows"][1]["aim"]["met"], False)
        self.assertEqual(written["machine"], {"cores": 2})


class NumberTest(unittest.TestCase):
    def test_shows_three_digits_that_count(self):
        shown = [number(value) for value in (93412.4, 123.4, 12.34, 0.4123)]
        self.assertEqual(shown, ["93,412", "123", "12.3", "0.412"])


if __name__ == "__main__":
    unittest.main()
