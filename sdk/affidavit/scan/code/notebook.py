"""A notebook's code cells as one Python source, magics set aside.

Cells share their names when they run, so they are read together; a cell that does not
parse is said and left out. Knows nbformat 4 and IPython's magics as lines.
"""

import ast
import re
from dataclasses import replace

import orjson

from affidavit.scan.code.facts import Facts, Finding, Spot, failed
from affidavit.scan.code.hosts import provider_anywhere
from affidavit.scan.code.python.scan import scan
from affidavit.scan.code.python.source import Source, Unfit, parsed, split
from affidavit.scan.code.rules import Rule

_RUNS_PYTHON = re.compile(r"(\s*)%(?:time|timeit|prun|memit|capture)\b[ \t]*(?=\S)")
_MAGIC = re.compile(r"(\s*)(?:[\w.,\s]+=\s*)?([!%].*|\?.*|.*\S\?{1,2}\s*$)")
_CELL = re.compile(r"\s*%%(\w+)")
_PYTHON_CELLS = frozenset({"time", "timeit", "capture", "prun", "python", "python3"})
_SHELL_CELLS = frozenset({"bash", "sh", "script", "!"})


class _Lines:
    def __init__(self) -> None:
        self.text: list[str] = []
        self.places: dict[int, tuple[int, int]] = {}
        self.shifts: dict[int, int] = {}

    def add(self, text: str, cell: int, line: int, shift: int = 0) -> None:
        self.text.append(text)
        self.places[len(self.text)] = (cell, line)
        if shift:
            self.shifts[len(self.text)] = shift

    def source(self) -> Source:
        return Source("\n".join(self.text), self.places, self.shifts)


def scan_notebook(data: bytes) -> Facts:
    """The facts of a notebook; places are (cell, line), code cells counted from 1."""
    try:
        cells = _code_cells(orjson.loads(data))
    except (ValueError, TypeError, KeyError, AttributeError):
        return failed(
            Rule.UNPARSEABLE,
            "no notebook: not JSON, or without cells",
            "Save it again as nbformat 4, or leave it out with --exclude.",
        )
    whole, found = _Lines(), []
    for number, text in enumerate(cells, start=1):
        cell = _Lines()
        found += _read_cell(split(text), number, cell)
        try:
            parsed(cell.source())
        except Unfit as unfit:
            found += unfit.facts.findings
            cell = _without_code(cell)
        for index, line in enumerate(cell.text, start=1):
            place = cell.places[index]
            whole.add(line, *place, cell.shifts.get(index, 0))
    facts = scan(whole.source())
    return replace(facts, findings=(*found, *facts.findings))


def _code_cells(notebook: object) -> list[str]:
    if not isinstance(notebook, dict):
        raise TypeError("no notebook")
    cells = notebook.get("cells")
    if cells is None:  # nbformat 3
        cells = [each for sheet in notebook["worksheets"] for each in sheet["cells"]]
    texts = [
        each.get("source", each.get("input", ""))
        for each in cells
        if each.get("cell_type") == "code"
    ]
    return ["".join(each) for each in texts]


def _read_cell(lines: list[str], cell: int, into: _Lines) -> list[Finding]:
    kind = _CELL.match(lines[0]) if lines else None
    name = kind[1] if kind else ""
    foreign = bool(kind) and name not in _PYTHON_CELLS
    found = []
    for number, line in enumerate(lines, start=1):
        shell = line.lstrip().startswith("!") or "=!" in line.replace(" ", "")
        if shell or (foreign and name in _SHELL_CELLS):
            found += _command(line, Spot(number, 1, cell))
        if foreign or (kind and number == 1):
            into.add("", cell, number)
        else:
            _read_line(line, cell, number, into)
    return found


def _read_line(line: str, cell: int, number: int, into: _Lines) -> None:
    python = _RUNS_PYTHON.match(line)
    if python is not None:
        cut = python.end() - len(python[1])
        into.add(python[1] + line[python.end() :], cell, number, cut)
        return
    magic = None if _is_python(line) else _MAGIC.fullmatch(line)
    into.add(f"{magic[1]}pass" if magic else line, cell, number)


def _is_python(line: str) -> bool:
    """Whether a line that may look like a magic is one of Python's: `x %= 2`."""
    stripped = line.strip()
    if not stripped.startswith(("!", "%", "?")) and "?" not in stripped[-2:]:
        value = stripped.partition("=")[2].lstrip()
        return "!" not in stripped and not value.startswith("%")
    if stripped.startswith(("!", "?")):
        return False
    try:
        ast.parse(stripped)
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return False
    return True


def _command(line: str, spot: Spot) -> list[Finding]:
    address = provider_anywhere(line)
    if address is None:
        return []
    message = f"a request to {address.host} ({address.provider}) from a shell"
    remedy = "Make the call with affidavit's client, which decides and records it."
    return [Finding(rule=Rule.RAW_HTTP, at=spot, message=message, help=remedy)]


def _without_code(cell: _Lines) -> _Lines:
    """The same places with comments only: a key may be in what does not parse."""
    bare = _Lines()
    for index, line in enumerate(cell.text, start=1):
        bare.add("#" + line, *cell.places[index])
    return bare
