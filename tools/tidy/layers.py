"""The layer graph: real #include lines against layers.txt, and vendor headers against the .cpp-only rule."""

import re
from fnmatch import fnmatch

from source import Finding

INCLUDE = re.compile(r'(?m)^[ \t]*#\s*include\s*([<"])([^>"\n]+)[>"]')

HEADERS = (".hpp", ".h")

# Headers of others that cost seconds to compile or would tie our interfaces to their author.
VENDOR = (
    "boost/", "sqlite3", "simdjson", "yaml-cpp/", "openssl/", "sodium", "zlib.h", "prometheus/", "libpq", "grpc",
    "CLI/", "google/protobuf/compiler/",
)  # fmt: skip


class Graph:
    """layers.txt, read: rows in order, each a folder pattern and the patterns it may include."""

    def __init__(self, text, path="tools/tidy/layers.txt"):
        self.rows = []
        self.test_targets = []
        self.faults = []
        for number, line in enumerate(text.split("\n"), 1):
            line = line.split("#")[0].strip()
            if not line:
                continue
            name, colon, targets = line.partition(":")
            if not colon:
                self.faults.append(Finding(path, number, f"`{line}`: write <folder>: <folders it may include>"))
            elif name == "*_test.cpp":
                self.test_targets = targets.split()
            else:
                self._add_row(Row(name, targets.split(), number), path)

    def _add_row(self, row, path):
        known = [earlier.name for earlier in self.rows]
        for target in row.targets:
            if not any(fnmatch(name, target) or folder_of_pattern(target) == name for name in known):
                message = f"`{row.name}` may not stand on `{target}`, which is not listed above it"
                self.faults.append(Finding(path, row.line, message))
        self.rows.append(row)

    def row_of(self, folder_path):
        """The most exact row for a file or folder: (row, the real folder that the row's pattern matched)."""
        best = None
        for row in self.rows:
            real = "/".join(folder_path.split("/")[: row.name.count("/") + 1])
            if fnmatch(real, row.name) and (best is None or len(row.name) > len(best[0].name)):
                best = (row, real)
        return best or (None, None)


class Row:
    def __init__(self, name, targets, line):
        self.name, self.targets, self.line = name, targets, line


def folder_of_pattern(target):
    """`services/*/module.hpp` speaks of `services/*`."""
    return target.rsplit("/", 1)[0] if target.endswith(HEADERS) else target


def check(graph, sources):
    """Findings for every include of ours that has no arrow. `sources` are the C++ files of the tree."""
    yield from graph.faults
    for source in sources:
        row, folder = graph.row_of(source.path)
        for match in INCLUDE.finditer(_with_include_paths(source)):
            yield from _check_vendor(source, match)
            target = match.group(2)
            if match.group(1) == '"' and not target.startswith(VENDOR + ("google/",)):
                yield from _check_arrow(graph, row, folder, source, match)


def _check_arrow(graph, row, folder, source, match):
    target = match.group(2)
    file = "contracts/" + target if target.startswith("kontor/") else target  # generated code stands for its contract
    target_row, target_folder = graph.row_of(file)
    if target_row is None:
        message = f'"{target}": includes start at the repository\'s root, as in "chassis/base/error.hpp"'
    elif row is None:
        message = f"`{source.path}` stands in no folder of tools/tidy/layers.txt: add a line for it"
    elif target_folder != folder and not _allowed(graph, row, source, file, target_folder):
        advice = "if it is meant, add the arrow to tools/tidy/layers.txt"
        if folder.startswith("services/") and target_folder.startswith("services/"):
            advice = "a service includes nothing of another but its contract"
        message = f'"{target}": no arrow from {folder} to {target_folder}; {advice}'
    else:
        return
    yield source.finding(match.start(), message)


def _allowed(graph, row, source, file, target_folder):
    """What tests may use is theirs alone: a * does not reach it, only its name does."""
    if target_folder in graph.test_targets:
        return target_folder in row.targets or source.path.endswith(("_test.cpp", "_test.hpp"))
    return any(fnmatch(file if target.endswith(HEADERS) else target_folder, target) for target in row.targets)


def _check_vendor(source, match):
    target = match.group(2)
    if not source.path.endswith(".hpp") or _is_detail(source.path):
        return
    if target.startswith(VENDOR):
        message = f"<{target}>: vendor headers stay in .cpp files, or in a *_detail.hpp that only .cpp files include"
        yield source.finding(match.start(), message)
    elif match.group(1) == '"' and _is_detail(target):
        message = f'"{target}": a detail header brings vendor headers in, so it is for .cpp files'
        yield source.finding(match.start(), message)


def _is_detail(path):
    return "detail" in path.rsplit("/", 1)[-1]


def _with_include_paths(source):
    """The text without comments, but with the paths of includes, which `code` blanks as strings."""
    lines = zip(source.text.split("\n"), source.code.split("\n"), strict=True)
    return "\n".join(raw if "include" in code else code for raw, code in lines)
