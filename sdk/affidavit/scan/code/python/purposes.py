"""Calls that no purpose reaches: C201 and C202; and the purposes that a file names."""

import ast
import re
from collections.abc import Iterator

from affidavit.scan.code.facts import Under
from affidavit.scan.code.python.declared import (
    Answer,
    Purposes,
    Reach,
    by_arguments,
    by_headers,
    declaring_header,
    headers,
)
from affidavit.scan.code.python.reading import (
    INSTALL,
    PURPOSE,
    Called,
    Reading,
    given,
)
from affidavit.scan.code.python.resolve import Value
from affidavit.scan.code.python.scopes import Site
from affidavit.scan.code.rules import Rule
from affidavit.scan.code.sdks import GOVERNED, MADE, REQUESTS, RESOURCES, STOCK

_ON_THE_WAY = re.compile(
    r"\.(?:with_raw_response|with_streaming_response"
    r"|(?:with_options|copy|with_purpose)\(\))"
)
_VERBS = frozenset({"create", "edit", "generate", "parse", "stream", "create_and_poll"})
_REMEDY = (
    'Say what the call is for: with purpose("…"): around it, or purpose="…" when the '
    "client is made."
)


def look(reading: Reading) -> None:
    """Note calls without a purpose, and every purpose that is named."""
    _name_all(reading)
    calls = [
        (node, site, value)
        for called in reading.known
        for node, site, value in _requests(reading, called)
    ]
    if not calls:
        return
    purposes = Purposes(reading)
    installed = _installed_with_purpose(reading)
    for node, site, value in calls:
        if not _declared(site, value, installed=installed):
            _judge(reading, node, value, purposes.around(site.at))
        elif not value.calls and not by_headers(site.node, site.at):
            name = _root(site.node.func)
            _judge(reading, node, value, purposes.by_parameter(name, site.at))


def _judge(reading: Reading, node: ast.expr, value: Value, answer: Answer) -> None:
    stock = value.chain.startswith("openai")
    under = Under.INSTALLED if stock else Under.ALWAYS
    match answer.reach:
        case Reach.DECLARED:
            pass
        case Reach.NONE:
            by = (
                f", as called from line {reading.positions.line(answer.line)}"
                if answer.line
                else ""
            )
            message = f"no purpose reaches this call{by}: it will be refused"
            reading.find(Rule.NO_PURPOSE, node, message, _REMEDY, under=under)
        case Reach.ELSEWHERE:
            message = (
                "no purpose reaches this call from within this file; its callers "
                "elsewhere must declare one"
            )
            reading.find(Rule.PURPOSE_ELSEWHERE, node, message, _REMEDY, under=under)


def _requests(
    reading: Reading, called: Called
) -> Iterator[tuple[ast.expr, Site, Value]]:
    """Calls of a client's methods, here or by whoever is handed the method."""
    site = called.site
    for value in called.functions:
        if _is_request(value.chain):
            yield site.node, site, value
    for argument in site.node.args:
        if isinstance(argument, ast.Attribute) and argument.attr in _VERBS:
            for value in reading.values(argument, site.at):
                if _is_request(value.chain):
                    yield argument, site, value


def _is_request(chain: str) -> bool:
    made = MADE.match(chain)
    if made is None:
        return False
    rest = _ON_THE_WAY.sub("", chain[made.end() :])
    first, _, below = rest.removeprefix(".").partition(".")
    if "(" in rest or not first:
        return False
    return first in REQUESTS if not below else first in RESOURCES


def _declared(site: Site, value: Value, *, installed: bool) -> bool:
    if installed and value.chain.startswith("openai"):
        return True
    # A client that came from elsewhere may have been given one there.
    unseen = not any(_makes(each.node) for each in value.calls)
    # `purpose=` of the call itself is the provider's: what an upload is for.
    return (
        unseen
        or by_headers(site.node, site.at)
        or any(
            by_arguments(each.node, each.at) or _binds(each.node)
            for each in value.calls
        )
    )


def _root(node: ast.expr) -> str:
    """The name that a chain of attributes and calls begins with."""
    while isinstance(node, ast.Attribute | ast.Call):
        node = node.value if isinstance(node, ast.Attribute) else node.func
    return node.id if isinstance(node, ast.Name) else ""


def _makes(node: ast.Call) -> bool:
    """Whether a call on the way is the client's constructor, and no option of it."""
    return not (
        isinstance(node.func, ast.Attribute)
        and node.func.attr in {"with_options", "copy", "with_purpose"}
    )


def _binds(node: ast.Call) -> bool:
    function = node.func
    return isinstance(function, ast.Attribute) and function.attr == "with_purpose"


def _installed_with_purpose(reading: Reading) -> bool:
    return any(
        bool(site.node.args) or by_arguments(site.node, site.at)
        for site in reading.installs
    )


def _name_all(reading: Reading) -> None:
    for called in reading.known:
        site = called.site
        node = _naming(called)
        if node is not None:
            reading.name(node, site.at)
        for literal, at in headers([site]):
            value = declaring_header(literal)
            if value is not None:
                reading.name(value, at)


def _naming(called: Called) -> ast.expr | None:
    """The argument that names a purpose, if the call takes one."""
    node = called.site.node
    first = node.args[0] if node.args else None
    function = node.func
    method = function.attr if isinstance(function, ast.Attribute) else ""
    if method == "with_purpose" or any(
        PURPOSE.fullmatch(chain) or INSTALL.fullmatch(chain) for chain in called.chains
    ):
        return given(node, "purpose") or given(node, "name") or first
    takes = method == "with_options" or any(
        GOVERNED.fullmatch(chain) or STOCK.fullmatch(chain) or MADE.match(chain)
        for chain in called.chains
    )
    return given(node, "purpose") if takes and not _is_upload(called) else None


def _is_upload(called: Called) -> bool:
    """`files.create(purpose="batch")` says what a file is for, to the provider."""
    return any(".files." in chain or ".uploads." in chain for chain in called.chains)
