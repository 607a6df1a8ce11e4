"""Banned code, one row per rule: what is banned, what to use instead, where it is allowed all the same."""

import re
from fnmatch import fnmatch

# Places where the impure is at home: the module that owns it, and what never runs in a shop.
RUNTIME = ("chassis/runtime/*",)
OFFSTAGE = ("*_test.cpp", "*_bench.cpp", "tests/*", "tools/*", "bench/*", "chassis/testing/*")


class Rule:
    """A pattern over C++ code (comments and strings blanked out) and the advice that goes with a hit."""

    def __init__(self, pattern, advice, allowed=()):
        self.pattern = re.compile(pattern)
        self.advice = advice
        self.allowed = allowed

    def check(self, source):
        if any(fnmatch(source.path, place) for place in self.allowed):
            return
        for match in self.pattern.finditer(source.code):
            yield source.finding(match.start(), f"`{' '.join(match.group(0).split())}`: {self.advice}")


CPP_RULES = (
    # What is not a pure function goes through a port, or the simulation could not replay it.
    Rule(r"\b\w+_clock\s*::\s*now\b", "use the clock of chassis/runtime", RUNTIME + OFFSTAGE),
    Rule(
        r"(?<![\w.>])(?:std\s*::\s*|::\s*)?(?:time\s*\(\s*(?:nullptr|NULL|0|&)|gettimeofday\s*\(|clock_gettime\s*\()",
        "use the clock of chassis/runtime",
        RUNTIME + OFFSTAGE,
    ),
    Rule(
        r"\bstd\s*::\s*(?:random_device|mt19937(?:_64)?|default_random_engine)\b"
        r"|(?<![\w.>:])s?rand\s*\(|\bgetrandom\s*\(",
        "use the random source of chassis/runtime (chassis/security for secrets)",
        RUNTIME + OFFSTAGE,
    ),
    Rule(
        r"\bstd\s*::\s*(?:thread|jthread|async)\b(?!\s*::\s*(?:id|hardware_concurrency)\b)|\bpthread_create\b",
        "use the executors and threads of chassis/runtime",
        RUNTIME + OFFSTAGE,
    ),
    Rule(
        r"\bsleep_(?:for|until)\s*\(|(?<![\w.>:])(?:u|nano)?sleep\s*\(",
        "use a timer of chassis/runtime; a test waits on a condition",
        RUNTIME + ("chassis/testing/*",),
    ),
    Rule(
        r"\b(?:steady|system|high_resolution|deadline)_timer\b",
        "use a timer of chassis/runtime",
        RUNTIME,
    ),
    Rule(r"\b(?:secure_)?getenv\s*\(", "read it through chassis/config", ("chassis/config/*",) + OFFSTAGE),
    Rule(r"(?<![\w.>:])(?:std\s*::\s*)?system\s*\(|\bpopen\s*\(", "start no shell", OFFSTAGE),
    # Compile time.
    Rule(r"\bstd\s*::\s*w?regex\b|#\s*include\s*<regex>", "parse by hand: <regex> is slow to compile and to run"),
    Rule(r"#\s*include\s*<iostream>", "log through chassis/telemetry, print with <cstdio>", ("apps/*",) + OFFSTAGE),
    # What GCC 12 miscompiles in coroutines: the operands want names.
    Rule(r"\bco_await\b[^;{}]*?[(,]\s*\{", "name the braced operand first: GCC 12 miscompiles it"),
    Rule(
        r"\bco_await\s+(?:\*\s*)?\w+(?:(?:->|\.)\w+)+\s*[;)]",
        "name a copy of the operand first: GCC 12 reads the way to it again when the coroutine goes on",
    ),
    Rule(
        r"\bco_await\b[^;{}]*\?[^;{}]*:|\?[^;{}?]*\bco_await\b[^;{}]*:|\?[^;{}?:]*:[^;{}?:]*\bco_await\b",
        "no co_await in a conditional operator: GCC 12 miscompiles it; use if",
    ),
    # Style.
    Rule(r"(?m)^[ \t]*#\s*define\s+\w+\(", "write a function, not a macro", ("chassis/base/*", "*_test.cpp")),
    Rule(r"\b(?:class|struct)\s+\w*(?:Manager|Helper|Util|Utils)\b", "name it after what it is"),
    Rule(
        r"(?m)^[ \t]*using\s+namespace\s+(?!std::\w*literals)\w+",
        "name what is used",
        ("*_test.cpp",),
    ),
)

# Over the whole text of every file, comments and strings included.
NOTE = re.compile(r"\b(?:TODO|FIXME|HACK)\b")
MACHINE_PATH = re.compile(r"(?<![\w.~})/-])/(?:home|root|work|tmp)/")
# CI files name folders of the CI machine; tidy must name what it forbids.
TEXT_ALLOWED = ("tools/tidy/*", ".github/*", "LICENSE")


def check_cpp(source):
    for rule in CPP_RULES:
        yield from rule.check(source)
    if source.path.endswith(".hpp") and "#pragma once" not in source.text:
        yield source.finding(0, "a header starts with #pragma once")


def check_text(source):
    if any(fnmatch(source.path, place) for place in TEXT_ALLOWED):
        return
    for match in NOTE.finditer(source.text):
        yield source.finding(match.start(), f"`{match.group(0)}`: do it, or open an issue")
    if not source.is_test:
        for match in MACHINE_PATH.finditer(source.text):
            yield source.finding(match.start(), f"`{match.group(0)}`: a path of one machine; take it from the settings")
