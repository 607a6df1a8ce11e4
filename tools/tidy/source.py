"""Files as tidy sees them: which there are, and their text with comments and strings blanked out.

Blanking keeps every line and column, so that a finding in the blanked text stands at the same place in the file.
"""

import os
import re
import subprocess

SKIPPED_FOLDERS = {".git", "build", "data", "node_modules", "__pycache__", ".venv", ".cache"}

# One alternative per thing whose inside is not code. A raw string comes first: it may hold quotes and slashes.
_TOKEN = re.compile(
    r'(?P<raw>R"(?P<tag>[^\s()\\"]{0,16})\(.*?\)(?P=tag)")'
    r"|(?P<line>//[^\n]*)"
    r"|(?P<block>/\*.*?\*/)"
    r'|(?P<string>"(?:\\.|[^"\\\n])*")'
    r"|(?P<char>(?<![0-9a-zA-Z_])'(?:\\.|[^'\\\n])+')",
    re.DOTALL,
)


class Finding:
    """One violation: where it stands and what to do about it."""

    def __init__(self, path, line, message):
        self.path, self.line, self.message = path, line, message

    def __str__(self):
        return f"{self.path}:{self.line}: {self.message}"


class Source:
    """A text file; `path` is relative to the root, with slashes."""

    def __init__(self, path, text):
        self.path = path
        self.text = text
        self._code = None

    @property
    def is_cpp(self):
        return self.path.endswith((".cpp", ".hpp"))

    @property
    def is_test(self):
        name = os.path.basename(self.path)
        return (
            name.endswith(("_test.cpp", "_test.hpp", "_test.py", ".test.ts", ".test.tsx"))
            or self.path.startswith("tests/")
            or "/testdata/" in self.path
        )

    @property
    def code(self):
        """The text with comments, string and character literals blanked out (quotes stay); C++ only."""
        if self._code is None:
            self._code = _TOKEN.sub(_blank, self.text)
        return self._code

    def line_of(self, offset):
        return self.text.count("\n", 0, offset) + 1

    def finding(self, offset, message):
        return Finding(self.path, self.line_of(offset), message)


def _blank(match):
    text = match.group(0)
    blanked = re.sub(r"[^\n]", " ", text)
    if match.lastgroup in ("line", "block"):
        return blanked
    return '"' + blanked[1:-1] + '"'


def list_paths(root):
    """Every file of the project: what git would commit, or a walk where there is no git."""
    try:
        out = subprocess.run(
            ["git", "-C", root, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            check=True,
            capture_output=True,
        ).stdout.decode()
        paths = [path for path in out.split("\0") if path and os.path.isfile(os.path.join(root, path))]
        return sorted(set(paths))
    except (OSError, subprocess.CalledProcessError):
        return sorted(_walk(root))


def _walk(root):
    for folder, subfolders, names in os.walk(root):
        subfolders[:] = [name for name in subfolders if name not in SKIPPED_FOLDERS]
        for name in names:
            yield os.path.relpath(os.path.join(folder, name), root)


def read(root, path):
    """The file as a Source, or None when it is not UTF-8 text."""
    with open(os.path.join(root, path), "rb") as file:
        data = file.read()
    try:
        return Source(path, data.decode("utf-8"))
    except UnicodeDecodeError:
        return None
