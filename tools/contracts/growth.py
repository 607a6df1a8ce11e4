"""Contracts only grow: what was released is held against what stands now, and each promise taken back is a fault."""

import dataclasses

BESIDE = "put the new form into a v2 package beside v1"


@dataclasses.dataclass(frozen=True)
class Rule:
    """When a released attribute is broken, and what to do about it."""

    broken: object  # (was, now) -> bool; None: not said
    advice: str


def differs(was, now):
    return was != now


def taken_back(was, now):
    return was is not None and now is None


def newly_said(was, now):
    return was is None and now is not None


def number(text):
    return float(text)


def raised(was, now):
    """Of a least value: none is no limit."""
    return now is not None and (was is None or number(now) > number(was))


def lowered(was, now):
    """Of a most value: none is no limit."""
    return now is not None and (was is None or number(now) < number(was))


def shorter(was, now):
    """Of a limit whose default is the process's own."""
    return was is not None and (now is None or number(now) < number(was))


def staler(was, now):
    return now is not None and (was is None or number(now) > number(was))


def word_gone(was, now):
    return bool(set((was or "").split()) - set((now or "").split()))


def choice_gone(was, now):
    """Of a list of what is allowed: none allows all."""
    return now is not None and (was is None or word_gone(was, now))


KEEP = f"keep it as it was; {BESIDE} if it must change"
REFUSES = f"requests that were right are refused now: leave the rule as it was, or {BESIDE}"
ANSWERS = f"answers look different to clients now: leave it, or {BESIDE}"
RULES = {
    "file": {"package": Rule(differs, "leave the file in its package; a new version is a folder of its own (v2)")},
    "message": {
        "topic": Rule(differs, "consumers listen to the released topic: publish a new event beside this one"),
        "type": Rule(differs, "consumers wait for the released type: publish a new event beside this one"),
        "subject": Rule(differs, "order and partition hang on the subject: publish a new event beside this one"),
    },
    "field": {
        "type": Rule(differs, f"give it its type back and add another field for the new one, or {BESIDE}"),
        "number": Rule(differs, "give the field its number back; bytes that were stored or sent name it by number"),
        "json": Rule(differs, "leave the JSON name; clients write and read it"),
        "label": Rule(differs, f"leave how often it may be there (single, optional, list, map), or {BESIDE}"),
        "oneof": Rule(differs, f"leave the field where it was, or {BESIDE}"),
        "required": Rule(newly_said, REFUSES),
        "min": Rule(raised, REFUSES),
        "max": Rule(lowered, REFUSES),
        "max_length": Rule(shorter, REFUSES),
        "one_of": Rule(choice_gone, REFUSES),
        "nullable": Rule(differs, ANSWERS),
        "http_status": Rule(differs, ANSWERS),
        "internal": Rule(newly_said, ANSWERS),
        "header": Rule(differs, "leave where the field comes from or goes to; add another field for the new header"),
        "personal": Rule(taken_back, "it would stand in logs now: leave it personal"),
        "secret": Rule(taken_back, "it would stand in logs now: leave it secret"),
    },
    "value": {"number": Rule(differs, "give the value its number back; stored bytes name it by number")},
    "reserved": {
        "numbers": Rule(word_gone, "leave released numbers reserved: old bytes would be read as something else"),
        "names": Rule(word_gone, "leave released names reserved: old JSON would be read as something else"),
    },
    "method": {
        "request": Rule(differs, f"leave the method's request and add to that message, or {BESIDE}"),
        "response": Rule(differs, f"leave the method's answer and add to that message, or {BESIDE}"),
        "streams": Rule(differs, f"leave how the method streams and add another method, or {BESIDE}"),
        "http": Rule(word_gone, "leave the released path, verb and body; add the new one as an additional binding"),
        "success_status": Rule(differs, ANSWERS),
        "access": Rule(differs, "leave who may call it; give other callers a method of their own"),
        "idempotent": Rule(taken_back, "clients repeat it after a lost answer: leave it idempotent"),
        "cache_seconds": Rule(staler, "answers may be older than was promised: leave or lower the seconds"),
        "timeout_ms": Rule(shorter, "calls that were in time would be given up: leave it or raise it"),
        "max_body": Rule(shorter, REFUSES),
        "file_body": Rule(differs, f"leave what the body is and add another method, or {BESIDE}"),
        "lenient": Rule(taken_back, REFUSES),
    },
}
# What can hold others.
HOLDERS = ("message", "enum", "service")
WHAT = {"value": "enum value", "reserved": "reserved list of"}


@dataclasses.dataclass(frozen=True)
class Fault:
    path: str
    line: int
    text: str

    def __str__(self):
        return f"{self.path}:{self.line}: {self.text}"


class Growth:
    def __init__(self, released, present):
        self.released = released
        self.present = {(fact.kind, fact.name): fact for fact in present}
        self.packages = {fact.attributes["package"] for fact in present if fact.kind == "file"}
        self.known = {(fact.kind, fact.name) for fact in released}
        self.faults = []

    def check(self):
        gone = {}  # package -> a file that it was in
        for was in self.released:
            if was.kind == "file" and was.attributes["package"] not in self.packages:
                gone[was.attributes["package"]] = was.path
        for package, path in gone.items():
            self.fault(path, 1, f"the package {package} was released and is gone: {KEEP}")
        for was in self.released:
            if was.kind != "file" or was.attributes["package"] not in gone:
                self.compare(was)
        for now in self.present.values():
            self.judge_new(now)
        return sorted(set(self.faults), key=lambda fault: (fault.path, fault.line, fault.text))

    def fault(self, path, line, text):
        self.faults.append(Fault(path, line, text))

    def compare(self, was):
        now = self.present.get((was.kind, was.name))
        if now is None:
            if was.kind != "file":  # its messages may have moved to another file of the package
                self.missing(was)
            return
        for key, rule in RULES.get(was.kind, {}).items():
            before, after = was.attributes.get(key), now.attributes.get(key)
            if rule.broken(before, after):
                what = f"{WHAT.get(was.kind, was.kind)} {was.name}: {key} was {said(before)}, is now {said(after)}"
                self.fault(now.path, now.line, f"{what}: {rule.advice}")
                if (was.kind, key) == ("field", "type"):
                    return  # what was said of a text makes no sense of a number

    def missing(self, was):
        """Named at what it was a part of; not at all when that is gone too and is named itself."""
        whole = was.name if was.kind == "reserved" else was.parent
        found = [self.present[kind, whole] for kind in HOLDERS if (kind, whole) in self.present]
        if found:
            self.fault(found[0].path, found[0].line, self.words_for_missing(was))
        elif whole in self.packages:
            self.fault(was.path, 1, self.words_for_missing(was))

    def words_for_missing(self, was):
        what = f"the {WHAT.get(was.kind, was.kind)} {was.name}"
        number_was = was.attributes.get("number")
        same = [
            fact.name.rpartition(".")[2]
            for fact in self.present.values()
            if fact.kind == was.kind and fact.parent == was.parent and number_was == fact.attributes.get("number")
        ]
        if number_was is None:
            return f"{what} was released and is gone: {KEEP}"
        if same:
            advice = "give it its name back; clients use it in JSON and code"
            return f"{what} was released under number {number_was}, which is {same[0]} now: {advice}"
        return f"{what} (number {number_was}) was released and is gone: leave it, marked `deprecated = true`; {BESIDE}"

    def judge_new(self, now):
        """A field added to a released message must not be asked of clients that know nothing of it."""
        if (now.kind, now.name) in self.known or now.kind != "field":
            return
        if ("message", now.parent) in self.known and now.attributes.get("required"):
            text = f"the new field {now.name} is required of clients that do not know it: let it be left out"
            self.fault(now.path, now.line, text)


def said(value):
    return "not said" if value is None else f'"{value}"'


def check(released, present):
    """The faults of `present` against `released`, both lists of facts; none when it only grew."""
    return Growth(released, present).check()
