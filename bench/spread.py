"""What the rounds of a case come to: a median between the lowest and the highest, and ratios round by round."""

import statistics


class Spread:
    """Median, lowest and highest of the rounds."""

    def __init__(self, values):
        if not values:
            raise ValueError("a case without rounds has no median")
        self.values = list(values)
        self.median = statistics.median(self.values)
        self.lowest, self.highest = min(self.values), max(self.values)

    def json(self):
        return {"median": self.median, "min": self.lowest, "max": self.highest, "rounds": self.values}


def ratios(values, reference):
    """The spread of value / reference of each round.

    Rounds are paired because both ran within seconds of each other: what slows the machine slows both, and a ratio of
    two medians would compare a slow minute with a fast one.
    """
    if len(values) != len(reference):
        raise ValueError(f"{len(values)} rounds cannot be compared with {len(reference)}: each needs its partner")
    return Spread([value / other for value, other in zip(values, reference)])


def there_and_back(round_number, cases):
    """The order of a round: A B C, then C B A, so that a slow drift of the machine favours no case."""
    return list(cases) if round_number % 2 == 0 else list(reversed(cases))
