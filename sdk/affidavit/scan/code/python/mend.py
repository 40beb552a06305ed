"""`--fix`: the governed client imported in place of openai's, and nothing else changed.

Edits text at the places that the tree says, so that comments and layout stay. What
cannot be changed without doubt is left to its author: a star import, a name that
`isinstance` asks about, an import that shares its line. The result is scanned again
before it is written; mending what is mended changes nothing.
"""

import ast
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from affidavit import durable
from affidavit.scan.code.python.collect import Import, Program, collect
from affidavit.scan.code.python.resolve import Resolver
from affidavit.scan.code.python.source import (
    LARGEST_BYTES,
    Source,
    Unfit,
    decoded,
    parsed,
    split,
)
from affidavit.scan.code.rules import Rule
from affidavit.scan.code.sdks import CLIENTS, STOCK

MENDED = frozenset({Rule.UNGOVERNED_CLIENT.value})
_LONGEST_LINE = 88


class Edit(NamedTuple):
    """Bytes of one line of the text, and what to put in their place."""

    line: int
    start: int
    end_line: int
    end: int
    text: str


def mend_file(path: Path) -> bool:
    """Mend the Python file at `path`; whether it changed. A link stays a link."""
    if path.suffix not in {".py", ".pyw", ""} or not path.is_file():
        return False
    file = path.resolve()
    before = file.read_bytes()
    if len(before) > LARGEST_BYTES:
        return False
    after = mended(before)
    if after == before:
        return False
    durable.replace(file, after, mode=os.stat(file).st_mode & 0o777)
    return True


def mended(data: bytes) -> bytes:
    """The file with governed clients; as it was where nothing can be mended."""
    try:
        text = decoded(data)
        after = _mended(text)
        if after == text:
            return data
        ast.parse(after)
    except (Unfit, RecursionError, SyntaxError, ValueError):
        return data
    # The same encoding, its mark included, is what `decoded` read it in.
    encoding = _encoding(data)
    try:
        written = after.encode(encoding)
        return written if decoded(written) == after else data
    except (UnicodeEncodeError, Unfit):
        return data


def _encoding(data: bytes) -> str:
    import io
    import tokenize

    return tokenize.detect_encoding(io.BytesIO(data).readline)[0]


def _mended(text: str) -> str:
    tree = parsed(Source(text))
    program = collect(tree)
    lines = split(text)
    asked = _asked_about(tree)
    edits: list[Edit] = []
    for statement, names in _by_statement(program):
        if isinstance(statement, ast.ImportFrom):
            edits += _from_import(statement, names, lines, asked)
        else:
            edits += _module_import(statement, program, lines)
    return _applied(text, edits)


def _by_statement(program: Program) -> Iterator[tuple[ast.stmt, list[Import]]]:
    found: dict[ast.stmt, list[Import]] = {}
    for each in program.imports:
        if not each.typing_only and each.module.partition(".")[0] == "openai":
            found.setdefault(each.node, []).append(each)
    yield from found.items()


def _asked_about(tree: ast.Module) -> set[str]:
    """Names whose class a program compares with: a subclass is not the same answer."""
    return {
        name.id if isinstance(name, ast.Name) else name.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in {"isinstance", "issubclass", "type"}
        for argument in node.args[1:]
        for name in ast.walk(argument)
        if isinstance(name, ast.Name | ast.Attribute)
    }


def _from_import(
    node: ast.ImportFrom, names: list[Import], lines: list[str], asked: set[str]
) -> list[Edit]:
    moved = [
        each.alias
        for each in names
        if each.name in CLIENTS
        and STOCK.fullmatch(f"{each.module}.{each.name}")
        and (each.alias.asname or each.alias.name) not in asked
    ]
    kept = [each for each in node.names if each not in moved]
    if not moved or not _alone(node, lines):
        return []
    indent = lines[node.lineno - 1][: node.col_offset]
    governed = _import_line("affidavit", (_governed(each) for each in moved), indent)
    if not kept and all(each.name == CLIENTS[each.name] for each in moved):
        return [_module_name(node, lines)]
    if _has_comment(node, lines):
        return []
    rest = _import_line(f"{node.module}", (_alias(each) for each in kept), indent)
    parts = [governed, *([rest] if kept else [])]
    end_line, end = node.end_lineno or node.lineno, node.end_col_offset or 0
    text = "\n".join(f"{indent}{each}" for each in parts).removeprefix(indent)
    return [Edit(node.lineno, node.col_offset, end_line, end, text)]


def _module_name(node: ast.ImportFrom, lines: list[str]) -> Edit:
    line = lines[node.lineno - 1].encode()
    start = line.index(b"openai", node.col_offset + len("from"))
    return Edit(
        node.lineno, start, node.lineno, start + len(f"{node.module}"), "affidavit"
    )


def _governed(alias: ast.alias) -> str:
    own = CLIENTS[alias.name]
    bound = alias.asname or alias.name
    return own if bound == own else f"{own} as {bound}"


def _alias(alias: ast.alias) -> str:
    return alias.name if alias.asname is None else f"{alias.name} as {alias.asname}"


def _import_line(module: str, names: Iterable[str], indent: str) -> str:
    listed = sorted(names, key=str.lower)
    line = f"from {module} import {', '.join(listed)}"
    if len(indent) + len(line) <= _LONGEST_LINE:
        return line
    body = "".join(f"{indent}    {each},\n" for each in listed)
    return f"from {module} import (\n{body}{indent})"


def _alone(node: ast.stmt, lines: list[str]) -> bool:
    """Whether the statement has its lines to itself, comments behind it aside."""
    before = lines[node.lineno - 1].encode()[: node.col_offset].strip()
    after = lines[(node.end_lineno or node.lineno) - 1].encode()[node.end_col_offset :]
    return not before and (not after.strip() or after.strip().startswith(b"#"))


def _has_comment(node: ast.stmt, lines: list[str]) -> bool:
    span = lines[node.lineno - 1 : node.end_lineno]
    return len(span) > 1 and any("#" in each or each.endswith("\\") for each in span)


def _module_import(node: ast.stmt, program: Program, lines: list[str]) -> list[Edit]:
    """`openai.OpenAI(…)` becomes `affidavit.OpenAI(…)`, with an import for it."""
    bound = _single_module(node)
    if bound is None or not _alone(node, lines):
        return []
    resolver = Resolver()
    uses, others = [], False
    for name, at in program.names:
        if not isinstance(name, ast.Attribute) or not isinstance(name.value, ast.Name):
            continue
        if name.value.id != bound:
            continue
        chains = {each.chain for each in resolver.values(name, at)}
        replaceable = (
            name.attr in CLIENTS
            and chains == {f"openai.{name.attr}"}
            and _is_called(name, program)
        )
        if replaceable:
            uses.append(name)
        else:
            others = True
    if not uses or _binds_affidavit_otherwise(program):
        return []
    return [
        *_import_affidavit(node, lines, keep=others or _bare(program, bound)),
        *(_use(each) for each in uses),
    ]


def _single_module(node: ast.stmt) -> str | None:
    match node:
        case ast.Import(names=[ast.alias(name="openai", asname=asname)]):
            return asname or "openai"
        case _:
            return None


def _is_called(name: ast.Attribute, program: Program) -> bool:
    bases = {id(base) for node, _ in program.classes for base in node.bases}
    return id(name) in bases or any(site.node.func is name for site in program.calls)


def _bare(program: Program, bound: str) -> bool:
    """Whether the module is used other than for one of its attributes."""
    owners = {
        id(node.value) for node, _ in program.names if isinstance(node, ast.Attribute)
    }
    return any(
        isinstance(node, ast.Name) and node.id == bound and id(node) not in owners
        for node, _ in program.names
    ) or any(
        isinstance(each.target.value, ast.Name) and each.target.value.id == bound
        for each in program.attributes
    )


def _binds_affidavit_otherwise(program: Program) -> bool:
    """Whether `affidavit` is a name of something else in this file."""
    return any(
        "affidavit" in scope.names
        and not any(each.what == "affidavit" for each in scope.names["affidavit"])
        for scope in (program.module, *program.functions)
    )


def _import_affidavit(node: ast.stmt, lines: list[str], *, keep: bool) -> list[Edit]:
    indent = lines[node.lineno - 1][: node.col_offset]
    end_line, end = node.end_lineno or node.lineno, node.end_col_offset or 0
    if keep:
        text = f"import affidavit\n{indent}"
        return [Edit(node.lineno, node.col_offset, node.lineno, node.col_offset, text)]
    return [Edit(node.lineno, node.col_offset, end_line, end, "import affidavit")]


def _use(name: ast.Attribute) -> Edit:
    end_line, end = name.end_lineno or name.lineno, name.end_col_offset or 0
    text = f"affidavit.{CLIENTS[name.attr]}"
    return Edit(name.lineno, name.col_offset, end_line, end, text)


def _applied(text: str, edits: list[Edit]) -> str:
    if not edits:
        return text
    newline = "\r\n" if "\r\n" in text else "\n"
    data = text.encode()
    starts = _starts(text)
    for edit in sorted(edits, reverse=True):
        begin = starts[edit.line - 1] + edit.start
        end = starts[edit.end_line - 1] + edit.end
        put = edit.text.replace("\n", newline).encode()
        data = data[:begin] + put + data[end:]
    return data.decode()


def _starts(text: str) -> list[int]:
    """Where each line begins, in bytes."""
    from affidavit.scan.code.python.source import starts

    found, seen, place = [], 0, 0
    for start in starts(text):
        place += len(text[seen:start].encode())
        seen = start
        found.append(place)
    return found
