"""What a file may be called, which kinds there are, and how large one may be."""

import os
import re

BLOB_BYTES = 300 * 1024

EXTENSIONS = {
    ".cpp", ".hpp", ".proto", ".cmake", ".py", ".sql", ".txt", ".md", ".yaml", ".yml", ".json", ".csv", ".svg", ".html",
    ".css", ".ts", ".tsx", ".js", ".mjs", ".png", ".ico", ".woff2", ".conf", ".tpl", ".java", ".go", ".toml", ".xml",
    ".graphql", ".in", ".seed", ".sh", ".pem", ".service", ".desktop", ".lua", ".rules", ".lock",
}  # fmt: skip

# Files without an extension, by name; tools/ and .ci/ hold commands, which have none.
PLAIN_NAMES = {
    "Dockerfile", "Jenkinsfile", "LICENSE", "Makefile", ".clang-format", ".clang-tidy", ".dockerignore",
    ".editorconfig", ".gitattributes", ".gitignore", ".helmignore", ".npmrc", "CODEOWNERS",
}  # fmt: skip
COMMAND_FOLDERS = ("tools", ".ci")

# Drawers that fill up with anything.
VAGUE = re.compile(r"(?:^|[_\-.])(?:utils?|helpers?|managers?|common|misc|stuff)(?:[_\-.]|$)", re.IGNORECASE)
SNAKE = re.compile(r"^[a-z0-9_]+(?:\.[a-z0-9_]+)*$")


def check(path, size):
    """(message) for each fault of a file's name or size."""
    folder, name = os.path.split(path)
    stem, extension = os.path.splitext(name)
    if extension not in EXTENSIONS and name not in PLAIN_NAMES and folder not in COMMAND_FOLDERS:
        yield f"files of the kind `{extension or name}` are unknown here: tools/tidy/tree.py lists those we keep"
    if extension in (".cpp", ".hpp", ".proto", ".py") and not SNAKE.match(stem):
        yield f"`{name}`: file names are snake_case"
    for part in path.split("/"):
        if VAGUE.search(os.path.splitext(part)[0]):
            yield f"`{part}` says nothing: name it after what it holds"
    if size > BLOB_BYTES:
        yield f"{size // 1024} KiB, the limit is {BLOB_BYTES // 1024}: large files do not belong into git"
