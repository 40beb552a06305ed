"""A policy file with everything that it extends.

Knows files: how a policy is found in a directory, where packs are, which paths an
`extends` may name, and that each file is read once. What the files mean together is
`meaning`. Whatever is wrong goes into a report; only a missing root is raised.
"""

import hashlib
import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from affidavit.errors import Diagnostic, PolicyInvalid, PolicyNotFound
from affidavit.policy.diagnose import validated
from affidavit.policy.model import PackFile, PolicyFile
from affidavit.policy.nearest import shown, suggestion
from affidavit.policy.part import Part
from affidavit.policy.report import START, Code, Place, Report, in_order
from affidavit.policy.source import MAX_BYTES, Node, node_at, parse, place_of

MAX_FILES = 64
PACK_PREFIX = "pack:"
_PACK = re.compile(r"pack:([a-z0-9]+(?:-[a-z0-9]+)*)", re.ASCII)
_MODELS: dict[str, type[PolicyFile] | type[PackFile]] = {
    "Policy": PolicyFile,
    "Pack": PackFile,
}

Step: TypeAlias = str | int


@dataclass(frozen=True, slots=True)
class Document:
    """One valid file: its content, and where each part of it stands."""

    file: Path
    label: str
    """How reasons name it: the path as given, or `pack:<name>` for a shipped pack."""
    root: Node
    content: PolicyFile | PackFile
    report: Report
    extended_at: tuple["Document", Place] | None = None
    """The entry that named it; None for the file that was asked for."""
    text: str = ""
    """What stands in the file, for whoever shows a place within a value."""

    def place(self, *path: Step, key: bool = False) -> Place:
        """Where the value at `path`, or its key, stands."""
        return place_of(self.root, path, key=key)

    def where(self, *path: Step) -> str:
        """`file:line` of the key or list item at `path`."""
        return f"{self.label}:{self.place(*path, key=True).line}"

    def node(self, *path: Step) -> Node:
        """The value at `path` with how it is written."""
        return node_at(self.root, path)


@dataclass(slots=True)
class Assembly:
    """What was read. Complete only if `diagnostics` holds no error."""

    documents: list[Document] = field(default_factory=list)
    """The file asked for first, then what it extends, depth first."""
    sources: list[tuple[str, str]] = field(default_factory=list)
    reports: list[Report] = field(default_factory=list)
    extends: dict[Path, list[Path]] = field(default_factory=dict)
    """Which file names which, both resolved; a file that two name is read once."""

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """Everything that was found, ordered by file and position."""
        return in_order([found for report in self.reports for found in report.found])

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        """What keeps the policy from being put in force."""
        return tuple(found for found in self.diagnostics if found.level == "error")


def assemble(path: Path, packs: Callable[[], Path]) -> Assembly:
    """Read `path`, a file or a directory that holds a policy, and all it extends.

    `packs` says where the shipped packs are; it is asked only if one is named. Raises
    `PolicyNotFound` when there is nothing to read, and `PolicyInvalid` when a directory
    does not say which of its policies is meant.
    """
    try:
        file = find(path)
    except OSError as error:
        message = f"{path}: cannot be read ({error.strerror})."
        raise PolicyNotFound(message) from error
    reader = _Reader(file.parent, packs)
    data = _read(file)
    if isinstance(data, str):
        raise PolicyNotFound(f"{file}: {data}.")
    reader.document(file, str(file), str(file), data, None)
    return reader.assembly


def not_a_policy(document: Document) -> Diagnostic:
    """Why a valid pack is not in force by itself."""
    report = Report(document.report.path)
    report.error(
        Code.WRONG_VALUE,
        document.place("kind"),
        "a pack cannot be put in force by itself",
        remedy="Name it under `extends` in a file of kind Policy.",
    )
    return report.found[0]


def find(path: Path) -> Path:
    """The policy file that `path` means."""
    if not path.is_dir():
        if path.is_file():
            return path
        raise PolicyNotFound(
            f"{path}: no policy there. Run `affidavit init` to make one, or set "
            "AFFIDAVIT_POLICY to where it is."
        )
    if (path / "policy.yaml").is_file():
        return path / "policy.yaml"
    return _only_policy(path)


def _only_policy(directory: Path) -> Path:
    files = [file for file in sorted(directory.iterdir()) if _may_be_policy(file)]
    kinds = {file: _kind(file) for file in files}
    policies = [file for file, kind in kinds.items() if kind == "Policy"]
    if len(policies) == 1:
        return policies[0]
    if not policies:
        # A policy with a syntax error has no kind: show its error, not its absence.
        broken = [file for file, kind in kinds.items() if kind is None]
        if len(broken) == 1:
            return broken[0]
        found = ", ".join(file.name for file in files) or "no YAML file"
        raise PolicyNotFound(
            f"{directory}: no file of kind Policy (found: {found}). Run "
            "`affidavit init` to make one."
        )
    report = Report(str(policies[0]))
    names = ", ".join(file.name for file in policies)
    report.error(
        Code.AMBIGUOUS,
        START,
        f"{directory} holds several policies: {names}",
        remedy="Name the file, or call the one that is in force policy.yaml.",
    )
    raise PolicyInvalid(report.found)


def _may_be_policy(file: Path) -> bool:
    is_test = file.stem.endswith(".test")
    return file.suffix in {".yaml", ".yml"} and not is_test and file.is_file()


def _kind(file: Path) -> str | None:
    """What a file says that it is; None when it cannot be read as YAML."""
    data = _read(file)
    root = None if isinstance(data, str) else parse(data, Report(str(file)))
    if root is None:
        return None
    entry = root.value.get("kind") if isinstance(root.value, dict) else None
    return str(entry.node.value) if entry else ""


def _read(file: Path) -> bytes | str:
    """The file's bytes, one more than may be parsed at most; or why there are none."""
    try:
        if not file.is_file():
            return "is not a file"
        with file.open("rb") as stream:
            return stream.read(MAX_BYTES + 1)
    except OSError as error:
        return f"cannot be read ({error.strerror})"


class _Reader:
    """Follows `extends` from one file, each file once."""

    def __init__(self, base: Path, packs: Callable[[], Path]) -> None:
        self.assembly = Assembly()
        self._base = base.resolve()
        self._packs = packs
        self._open: list[Path] = []
        self._seen: set[Path] = set()

    def document(
        self,
        file: Path,
        path: str,
        label: str,
        data: bytes,
        extended_at: tuple[Document, Place] | None,
    ) -> None:
        """Parse one file, then what it extends."""
        report = Report(path)
        self.assembly.reports.append(report)
        digest = hashlib.sha256(data).hexdigest()
        self.assembly.sources.append((label, f"sha256:{digest}"))
        root = parse(data, report)
        content = None if root is None else _content(root, report)
        if root is None or content is None:
            return
        text = data.decode("utf-8-sig")
        document = Document(file, label, root, content, report, extended_at, text)
        self.assembly.documents.append(document)
        self._seen.add(file.resolve())
        if isinstance(content, PolicyFile):
            self._open.append(file.resolve())
            for index, reference in enumerate(content.extends or ()):
                self._extend(document, reference, document.place("extends", index))
            self._open.pop()

    def _extend(self, document: Document, reference: str, place: Place) -> None:
        if len(self.assembly.sources) >= MAX_FILES:
            message = f"the policy extends more than {MAX_FILES} files"
            document.report.error(Code.TOO_LARGE, place, message)
        elif reference.startswith(PACK_PREFIX):
            self._pack(document, reference, place)
        else:
            self._file(document, reference, place)

    def _pack(self, document: Document, reference: str, place: Place) -> None:
        packs = self._packs()
        named = _PACK.fullmatch(reference)
        file = packs / f"{named[1] if named else ''}.yaml"
        if named is None or _kind(file) not in ("Pack", None) or not file.is_file():
            known = [p.stem for p in sorted(packs.glob("*.yaml")) if _kind(p) == "Pack"]
            remedy = suggestion(reference, [PACK_PREFIX + name for name in known])
            message = f"there is no pack {shown(reference.removeprefix(PACK_PREFIX))}"
            listed = f"Packs: {', '.join(known)}."
            document.report.error(
                Code.EXTENDS_UNKNOWN, place, message, remedy=remedy or listed
            )
            return
        self._follow(document, file, str(file), reference, place)

    def _file(self, document: Document, reference: str, place: Place) -> None:
        try:
            target = (document.file.parent / reference).resolve()
            inside = target.is_relative_to(self._base)
        except (OSError, RuntimeError):  # a path too long, a loop of links
            target, inside = Path(reference), False
        if not inside or Path(reference).is_absolute():
            document.report.error(
                Code.EXTENDS_OUTSIDE,
                place,
                f"{shown(reference)} leaves the policy's directory",
                remedy="Name a file in that directory or below it, or `pack:<name>`.",
            )
            return
        beside = Path(document.label).parent / reference
        label = os.path.normpath(beside)
        self._follow(document, Path(label), label, label, place)

    def _follow(
        self, document: Document, file: Path, path: str, label: str, place: Place
    ) -> None:
        target = file.resolve()
        self.assembly.extends.setdefault(document.file.resolve(), []).append(target)
        if target in self._open:
            names = [p.name for p in self._open[self._open.index(target) :]]
            chain = " → ".join([*names, target.name])
            message = f"the policy extends itself: {chain}"
            document.report.error(Code.EXTENDS_CYCLE, place, message)
        elif target not in self._seen:
            data = _read(file)
            if isinstance(data, str):
                message = f"{shown(label)} {data}"
                document.report.error(Code.EXTENDS_UNKNOWN, place, message)
            else:
                self._seen.add(target)
                self.document(file, path, label, data, (document, place))


def _content(root: Node, report: Report) -> PolicyFile | PackFile | None:
    kind = root.value.get("kind") if isinstance(root.value, dict) else None
    model: type[Part] = PolicyFile
    if kind is not None:
        name = str(kind.node.value)
        if name not in _MODELS:
            report.error(
                Code.WRONG_VALUE,
                kind.node.place,
                f"`kind` is {shown(name)}, not one of: {', '.join(_MODELS)}",
                remedy=suggestion(name, _MODELS),
            )
            return None
        model = _MODELS[name]
    content = validated(model, root, report)
    return content if isinstance(content, PolicyFile | PackFile) else None
