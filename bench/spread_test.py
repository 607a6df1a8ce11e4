import unittest

from spread import Spread, ratios, there_and_back


class SpreadTest(unittest.TestCase):
    def test_names_the_middle_and_both_ends(self):
        spread = Spread([9, 1, 5])
        self.assertEqual((spread.lowest, spread.median, spread.highest), (1, 5, 9))

    def test_takes_the_mean_of_the_two_in_the_middle(self):
        self.assertEqual(Spread([4, 1, 2, 100]).median, 3)

    def test_keeps_the_rounds_in_their_order(self):
        self.assertEqual(Spread([3, 1, 2]).json(), {"median": 2, "min": 1, "max": 3, "rounds": [3, 1, 2]})

    def test_has_no_median_of_nothing(self):
        with self.assertRaises(ValueError):
            Spread([])


class RatiosTest(unittest.TestCase):
    def test_compares_each_round_with_its_partner(self):
        # The machine was ten times slower in the last round, for both: the ratio does not see it.
        ratio = ratios([90, 110, 10], [100, 100, 10])
        self.assertEqual((ratio.lowest, ratio.median, ratio.highest), (0.9, 1.0, 1.1))

    def test_refuses_rounds_without_partners(self):
        with self.assertRaises(ValueError):
            ratios([1, 2], [1])


class OrderTest(unittest.TestCase):
    def test_turns_round_every_other_time(self):
        self.assertEqual([there_and_back(n, "ABC") for n in range(3)], [list("ABC"), list("CBA"), list("ABC")])


if __name__ == "__main__":
    unittest.main()
