"""One source in JavaScript, TypeScript, Go or Java: its facts, from the matcher's tree.

Looks for imports, constructors and addresses; names are followed within the file only
as far as an import or a declaration says them. Purposes are not looked for: nothing
that is written here declares one.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from affidavit.errors import ToolUnavailable
from affidavit.scan.code import waivers
from affidavit.scan.code.facts import Facts, Finding, Spot, Under, Waiver, failed
from affidavit.scan.code.hosts import Address, provider_anywhere, provider_in
from affidavit.scan.code.keys import keys_in
from affidavit.scan.code.languages import Language
from affidavit.scan.code.matched.tables import GRAMMARS, Grammar
from affidavit.scan.code.rules import Rule

if TYPE_CHECKING:
    from ast_grep_py import SgNode

_GOVERNED = (
    "affidavit governs Python. Move the call into a Python service with its client, or "
    "waive this with the reason why its use is in order."
)
_TYPES = "import type"


def version() -> str | None:
    """The matcher's version; None where it is not installed."""
    from importlib import metadata

    try:
        return metadata.version("ast-grep-py")
    except metadata.PackageNotFoundError:
        return None


def scan(text: str, language: Language) -> Facts:
    """The facts of a source. Raises `ToolUnavailable` without the extra `scan`."""
    try:
        from ast_grep_py import SgRoot
    except ImportError as error:
        raise ToolUnavailable(
            "JavaScript, TypeScript, Go and Java are read with ast-grep-py, which is "
            "missing. Run: pip install 'affidavit[scan]'."
        ) from error
    return _Scan(SgRoot(text, language.value).root(), text, GRAMMARS[language]).facts()


def unavailable(language: Language) -> Facts:
    """The facts of a file that only the missing matcher could have read."""
    return failed(
        Rule.NOT_SCANNED,
        f"{language.value} was not scanned: ast-grep-py is not installed",
        "pip install 'affidavit[scan]', or leave such files out with --exclude.",
    )


class _Scan:
    def __init__(self, root: "SgNode", text: str, grammar: Grammar) -> None:
        self._root = root
        self._text = text
        self._grammar = grammar
        self._found: list[Finding] = []

    def facts(self) -> Facts:
        self._unread()
        self._imports()
        self._addresses()
        self._keys()
        return Facts(findings=tuple(self._found), waivers=tuple(self._waivers()))

    def _all(self, *kinds: str) -> "Iterator[SgNode]":
        for kind in kinds:
            yield from self._root.find_all(kind=kind)

    def _find(self, rule: Rule, node: "SgNode", message: str, help_: str) -> None:
        place = node.range()
        spot = Spot(place.start.line + 1, place.start.column + 1)
        if any(each.rule is rule and each.at == spot for each in self._found):
            return
        self._found.append(
            Finding(
                rule=rule,
                at=spot,
                message=message,
                help=help_,
                last_line=place.end.line + 1,
                under=Under.ALWAYS,
            )
        )

    def _unread(self) -> None:
        broken = self._root.find(kind="ERROR")
        if broken is not None:
            self._find(
                Rule.PARTLY_READ,
                broken,
                "from here on, something is not understood; the rest was scanned",
                "Mend the file, or look at these lines yourself.",
            )

    def _imports(self) -> None:
        clients: set[str] = set()
        first = None
        for module, node in self._modules():
            if self._grammar.openai.fullmatch(module):
                first = first or node
                clients |= {each.text() for each in _names(node)}
                clients.add(module.rpartition("/")[2].replace("-go", ""))
            label = _label(self._grammar, module)
            if label is not None:
                message = f"{label} sends calls that nothing decides or records"
                self._find(Rule.OTHER_SDK, node, message, _GOVERNED)
        if first is not None and not self._constructed(clients):
            message = "the OpenAI SDK, which nothing governs here"
            self._find(Rule.UNGOVERNED_CLIENT, first, message, _GOVERNED)

    def _modules(self) -> "Iterator[tuple[str, SgNode]]":
        for node in self._all(*self._grammar.imports):
            text = node.text()
            if text.startswith(_TYPES):
                continue
            if "import_declaration" in self._grammar.imports:
                words = text.removeprefix("import").strip(" ;").removeprefix("static ")
                yield words.strip(), node
                continue
            for each in node.find_all(kind=self._grammar.texts[0]):
                yield each.text().strip("\"'`"), node
        for node in self._all(*self._grammar.calls):
            name = _callee(node)
            if name in {"require", "import"}:
                found = node.find(kind="string_fragment")
                if found is not None:
                    yield found.text(), _statement(node)

    def _constructed(self, clients: set[str]) -> bool:
        """Note each place where one of `clients` is made; whether there is any."""
        found = False
        for node in self._all(*self._grammar.calls):
            name = _callee(node)
            root = name.removeprefix("new ").partition(".")[0]
            makes = name.startswith("new ") or _makes(name)
            if root in clients and makes:
                message = (
                    f"{name}: a client of the OpenAI SDK, which nothing governs here"
                )
                self._find(Rule.UNGOVERNED_CLIENT, node, message, _GOVERNED)
                found = True
        return found

    def _addresses(self) -> None:
        named: dict[str, Address] = {}
        loose: list[tuple[SgNode, Address]] = []
        for node in self._all(*self._grammar.texts):
            address = _address(node.text()[1:-1])
            if address is None or self._in_import(node):
                continue
            if self._sender(node) is None:
                if "://" in node.text():
                    loose.append((node, address))
                name = _declared_as(node)
                if name:
                    named[name] = address
            else:
                self._request(node, address)
        used = self._used(named)
        for node, address in loose:
            if _declared_as(node) not in used:
                message = (
                    f"the address of {address.provider}, {address.host}, goes to "
                    "nothing that is known here"
                )
                self._find(Rule.PROVIDER_ADDRESS, node, message, _GOVERNED)

    def _used(self, named: dict[str, Address]) -> set[str]:
        """Names of addresses that something sends to; each is noted where it does."""
        used: set[str] = set()
        if not named:
            return used
        for node in self._all("identifier"):
            address = named.get(node.text())
            if address is not None and self._sender(node) is not None:
                used.add(node.text())
                self._request(node, address)
        return used

    def _request(self, node: "SgNode", address: Address) -> None:
        message = f"a request to {address.host} ({address.provider}) past every client"
        self._find(Rule.RAW_HTTP, node, message, _GOVERNED)

    def _sender(self, node: "SgNode") -> "SgNode | None":
        for each in node.ancestors():
            if each.kind() in self._grammar.calls and self._grammar.sends.fullmatch(
                _callee(each)
            ):
                return each
        return None

    def _in_import(self, node: "SgNode") -> bool:
        return any(each.kind() in self._grammar.imports for each in node.ancestors())

    def _keys(self) -> None:
        lines = self._text.split("\n")
        for number, line in enumerate(lines, start=1):
            for key in keys_in(line):
                message = f"what looks like a key of {key.whose}: {key.shown}"
                remedy = (
                    "Revoke it, whoever has the file has it; then read it from the "
                    "environment."
                )
                spot = Spot(number, key.start + 1)
                self._found.append(
                    Finding(
                        rule=Rule.KEY_IN_SOURCE, at=spot, message=message, help=remedy
                    )
                )

    def _waivers(self) -> Iterator[Waiver]:
        if waivers.MARK not in self._text:
            return
        lines = self._text.split("\n")
        for node in self._all(*self._grammar.comments):
            start = node.range().start
            alone = not lines[start.line][: start.column].strip()
            below = node.range().end.line + 1
            while alone and below < len(lines) - 1 and _is_remark(lines[below]):
                below += 1
            target = below + 1 if alone else start.line + 1
            spot = Spot(start.line + 1, start.column + 1)
            waiver = waivers.read(node.text(), spot, target)
            if waiver is not None:
                yield waiver


def _statement(node: "SgNode") -> "SgNode":
    """The declaration that an imported module is bound in."""
    for each in node.ancestors():
        if each.kind() == "variable_declarator":
            return each
    return node


def _is_remark(line: str) -> bool:
    stripped = line.strip()
    return not stripped or stripped.startswith(("//", "/*", "*"))


def _label(grammar: Grammar, module: str) -> str | None:
    for prefix, label in grammar.others.items():
        whole = prefix.endswith(("/", "."))
        if module == prefix or module.startswith(prefix if whole else f"{prefix}/"):
            return label
    return None


def _names(node: "SgNode") -> "Iterator[SgNode]":
    """Names that an import binds."""
    for kind in (
        "identifier",
        "package_identifier",
        "shorthand_property_identifier_pattern",
    ):
        try:
            yield from node.find_all(kind=kind)
        except RuntimeError:
            continue  # a kind that this language does not have


def _callee(node: "SgNode") -> str:
    """What a call calls, as it is written: `new OpenAI`, `http.Post`, `URI.create`."""
    function = node.field("function")
    if function is not None:
        return function.text()
    made = node.field("constructor") or node.field("type")
    if made is not None:
        return f"new {made.text()}"
    owner, name = node.field("object"), node.field("name")
    text = name.text() if name is not None else ""
    return f"{owner.text()}.{text}" if owner is not None else text


def _makes(name: str) -> bool:
    last = name.rpartition(".")[2]
    return last.startswith(("New", "new", "create")) or last in {"builder", "fromEnv"}


def _declared_as(node: "SgNode") -> str | None:
    """The name of the variable that a text is the value of, on its own."""
    for each in node.ancestors():
        if each.kind() in {
            "variable_declarator",
            "const_spec",
            "var_spec",
            "short_var_declaration",
        }:
            name = each.field("name") or each.field("left")
            return name.text() if name is not None else None
    return None


def _address(text: str) -> Address | None:
    plain = text
    while "${" in plain:  # what a template leaves open is unseen
        before, _, rest = plain.partition("${")
        plain = before + "\0" + rest.partition("}")[2]
    return provider_in(plain) or provider_anywhere(plain)
