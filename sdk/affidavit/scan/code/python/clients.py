"""Clients of the OpenAI SDK that nothing governs: C101, and the module's own: C102."""

import ast
import re
from collections.abc import Iterable

from affidavit.scan.code.facts import Under
from affidavit.scan.code.python.reading import Called, Reading, is_partial
from affidavit.scan.code.python.resolve import Value
from affidavit.scan.code.rules import Rule
from affidavit.scan.code.sdks import CLIENTS, LEGACY, RESOURCES, SETTINGS, STOCK

_MODULE_CALL = re.compile(
    rf"openai\.(?:(?:{'|'.join(sorted(RESOURCES))})\.[\w.]+"
    rf"|(?:{'|'.join(sorted(LEGACY))})\.\w+)"
)


def look(reading: Reading) -> None:
    """Note every client that is made, derived from, or configured ungoverned."""
    for called in reading.known:
        _made(reading, called)
        _module(reading, called)
    for node, at in reading.program.classes:
        for base in node.bases:
            for value in reading.values(base, at):
                if STOCK.fullmatch(value.chain):
                    message = f"class {node.name} derives from {value.chain}"
                    _ungoverned(reading, base, base, value.chain, message)
    for target, at in reading.program.attributes:
        module = any(
            each.chain == "openai" for each in reading.values(target.value, at)
        )
        if module and target.attr in SETTINGS:
            _module_client(reading, target, f"openai.{target.attr} is set")


def _made(reading: Reading, called: Called) -> None:
    node = called.site.node
    stock = _stock(called.functions)
    if stock is not None:
        _ungoverned(reading, node.func, node, stock, f"{stock} is governed by nothing")
    elif any(chain.startswith("functools.partial") for chain in called.chains):
        bound = _stock(
            reading.values(node.args[0], called.site.at) if node.args else ()
        )
        if bound is not None:
            message = f"{bound} is governed by nothing, whoever calls this"
            _ungoverned(reading, node.args[0], node, bound, message)


def _stock(values: Iterable[Value]) -> str | None:
    """The first stock class among them that has no finding elsewhere."""
    found = (
        each.chain
        for each in values
        if STOCK.fullmatch(each.chain) and not is_partial(each)
    )
    return next(found, None)


def _ungoverned(
    reading: Reading, node: ast.expr, whole: ast.expr, chain: str, message: str
) -> None:
    own = CLIENTS[chain.rpartition(".")[2]]
    reading.find(
        Rule.UNGOVERNED_CLIENT,
        node,
        message,
        f"Take the governed class: from affidavit import {own}. Or govern the whole "
        "process: affidavit.install(), affidavit run.",
        under=Under.STOCK,
        whole=whole,
    )


def _module(reading: Reading, called: Called) -> None:
    for chain in called.chains:
        if _MODULE_CALL.fullmatch(chain):
            _module_client(reading, called.site.node, f"{chain} is governed by nothing")
            return


def _module_client(reading: Reading, node: ast.expr, message: str) -> None:
    reading.find(
        Rule.MODULE_CLIENT,
        node,
        message,
        "Make a governed client: from affidavit import OpenAI. Or govern the module's "
        "own: affidavit.install().",
        under=Under.STOCK,
    )
