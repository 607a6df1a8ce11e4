"""Limits that keep a file readable at one sitting: 500 lines a file, 70 a function, 120 columns."""

import ast
import re

FILE_LINES = 500
FUNCTION_LINES = 70
COLUMNS = 120

SIZED = (".cpp", ".hpp", ".py", ".proto", ".ts", ".tsx", ".cmake")
_PREPROCESSOR = re.compile(r"(?m)^[ \t]*#(?:[^\n]*\\\n)*[^\n]*")
_SCOPE = re.compile(
    r"^(?:(?:inline|typedef|alignas\s*\([^)]*\))\s+)*(?:namespace|class|struct|union|enum|extern)\b"
)


def check(source):
    if not source.path.endswith(SIZED) or "/testdata/" in source.path:
        return
    lines = source.text.split("\n")
    count = len(lines) - (lines[-1] == "")
    if count > FILE_LINES:
        yield source.finding(0, f"{count} lines, the limit is {FILE_LINES}: split the file by what its parts are for")
    for number, line in enumerate(lines):
        if len(line) > COLUMNS:
            offset = sum(len(text) + 1 for text in lines[:number])
            yield source.finding(offset, f"{len(line)} columns, the limit is {COLUMNS}")
    for offset, length in functions(source):
        if length > FUNCTION_LINES:
            message = f"a function of {length} lines, the limit is {FUNCTION_LINES}: give its parts names"
            yield source.finding(offset, message)


def functions(source):
    """(offset of the body's start, lines from the signature's first line to the closing brace) of each function."""
    if source.is_cpp:
        return _cpp_functions(source)
    if source.path.endswith(".py"):
        return _python_functions(source)
    return []


def _python_functions(source):
    starts = [0]
    for line in source.text.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    for node in ast.walk(ast.parse(source.text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield starts[node.lineno - 1], node.end_lineno - node.lineno + 1


def _cpp_functions(source):
    """Reads braces: one that opens a namespace or a type is a scope, the outermost other one a function or initialiser.

    Lambdas and local types count into the function around them. Good enough for code that clang-format has seen.
    """
    code = _PREPROCESSOR.sub(lambda match: re.sub(r"[^\n]", " ", match.group(0)), source.code)
    depth = 0  # braces open inside the function or initialiser, 0 between them
    start = 0  # where the text before the next brace starts
    head = ""
    for match in re.finditer(r"[{};]", code):
        if match.group(0) == "{":
            if depth == 0:
                head = code[start : match.start()]
            if depth == 0 and _is_scope(head):
                start = match.end()
            else:
                depth += 1
        elif match.group(0) == "}" and depth > 0:
            depth -= 1
            if depth == 0:
                first = start + len(head) - len(head.lstrip())
                if _is_function(head):
                    yield first, code.count("\n", first, match.start()) + 1
                start = match.end()
        elif depth == 0:
            start = match.end()


def _is_function(head):
    """An empty head is the body after a constructor's `member_{value}`."""
    head = head.strip()
    return head == "" or ("operator" in head or not head.endswith("=")) and (")" in head or "]" in head)


def _is_scope(head):
    head = re.sub(r"\[\[[^\]]*\]\]", " ", head)
    head = re.sub(r"^\s*(?:public|private|protected)\s*:", " ", head).strip()
    while head.startswith("template"):
        head = _after_angles(head[len("template") :].lstrip())
        head = re.sub(r"^\s*requires\b[^{]*?(?=\b(?:class|struct)\b)", "", head).strip()
    return bool(_SCOPE.match(head)) and not re.search(r"\)\s*(?:const|noexcept|override)?\s*$", head)


def _after_angles(text):
    depth = 0
    for index, char in enumerate(text):
        depth += (char == "<") - (char == ">")
        if depth == 0:
            return text[index + 1 :].strip()
    return ""
