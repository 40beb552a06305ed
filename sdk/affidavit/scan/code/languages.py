"""Which language a file is in: by its name, or by the program its first line calls."""

import re
from collections.abc import Mapping
from enum import Enum
from pathlib import PurePath


class Language(Enum):
    """What the scan reads; the value is the matcher's name where it is not ours."""

    PYTHON = "python"
    NOTEBOOK = "notebook"
    JAVASCRIPT = "javascript"
    TYPESCRIPT = "typescript"
    TSX = "tsx"
    GO = "go"
    JAVA = "java"


SUFFIXES: Mapping[str, Language] = {
    ".py": Language.PYTHON,
    ".pyw": Language.PYTHON,
    ".ipynb": Language.NOTEBOOK,
    ".js": Language.JAVASCRIPT,
    ".cjs": Language.JAVASCRIPT,
    ".mjs": Language.JAVASCRIPT,
    ".jsx": Language.JAVASCRIPT,
    ".ts": Language.TYPESCRIPT,
    ".cts": Language.TYPESCRIPT,
    ".mts": Language.TYPESCRIPT,
    ".tsx": Language.TSX,
    ".go": Language.GO,
    ".java": Language.JAVA,
}
_STARTS = re.compile(rb"#![^\n]*\b(?:python|pypy)[0-9.]*\b")
_NODE = re.compile(rb"#![^\n]*\b(?:node|bun)\b")
FIRST_BYTES = 128
"""As much of a file without a suffix is read to find out."""


def by_name(path: str) -> Language | None:
    """The language that a file's name says; None where it says none."""
    return SUFFIXES.get(PurePath(path).suffix.lower())


def by_start(first: bytes) -> Language | None:
    """The language of a script, from its first line."""
    if _STARTS.match(first):
        return Language.PYTHON
    return Language.JAVASCRIPT if _NODE.match(first) else None
