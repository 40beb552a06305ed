"""`affidavit policy fmt`: one layout for every policy, and the same policy in it.

Knows in which order keys stand, and what may never change: what the file means, the
order in which rules are evaluated, and its comments. A layout that would change one of
these is a fault of this module; then nothing is given back.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, get_args, get_origin

from pydantic import BaseModel

from affidavit.errors import PolicyInvalid
from affidavit.policy.diagnose import validated
from affidavit.policy.layout import Container, Item, Scalar, comments, read
from affidavit.policy.model import Condition, PackFile, PolicyFile, Rule
from affidavit.policy.printing import printed
from affidavit.policy.report import START, Code, Report
from affidavit.policy.source import Node, parse, plain

_KINDS: Mapping[str, type[BaseModel]] = {"Policy": PolicyFile, "Pack": PackFile}
_BEGINS = "id clause effect level severity review owner all any none when"
_RULE_BEGINS = tuple(_BEGINS.split())
_RULE_ENDS = ("message", "remedy")


def formatted(data: bytes, path: str) -> bytes:
    """The file in the one layout: the same bytes where it is in it already.

    Raises `PolicyInvalid` for what is no valid policy or pack, and for what cannot be
    laid out anew without a change to what it says.
    """
    report = Report(path)
    root = parse(data, report)
    content = None if root is None else _content(root, report)
    if root is None or content is None:
        raise PolicyInvalid(report.found)
    text = data.decode("utf-8-sig").replace("\r\n", "\n")
    tree = read(text)
    _refuse_indicators(tree, text, report)
    result = printed(_ordered(tree, type(content)))
    _keep(text, result, content, report)
    return result.encode()


def _content(root: Node, report: Report) -> BaseModel | None:
    kind = root.value.get("kind") if isinstance(root.value, Mapping) else None
    name = "" if kind is None else str(kind.node.value)
    return validated(_KINDS.get(name, PolicyFile), root, report)


def _refuse_indicators(tree: Container, text: str, report: Report) -> None:
    """`|+` and `|2` make blanks count: moving such a text could change it."""
    for scalar in _block_scalars(tree):
        header = scalar.raw.split("\n", 1)[0].split("#")[0]
        if set(header) & set("+123456789"):
            line = text.count("\n", 0, scalar.start) + 1
            column = scalar.start - text.rfind("\n", 0, scalar.start)
            report.error(
                Code.YAML_FEATURE,
                START._replace(line=line, column=column),
                f"{header.strip()} keeps blanks that a new layout would change",
                remedy="Write | or >, with - at most.",
            )
    if report.found:
        raise PolicyInvalid(report.found)


def _block_scalars(node: Container) -> Iterator[Scalar]:
    for item in node.items:
        if isinstance(item.node, Container):
            yield from _block_scalars(item.node)
        elif item.node.block:
            yield item.node


def _keep(before: str, after: str, content: BaseModel, report: Report) -> None:
    """Raise unless `after` says what `before` said, and would be laid out as it is."""
    again = Report(report.path)
    root = parse(after.encode(), again)
    same = (
        root is not None
        and _content(root, again) == content
        and _order(root) == _order_of(before)
        and _said(before) == _said(after)
        and printed(_ordered(read(after), type(content))) == after
    )
    if not same:
        report.error(
            Code.YAML_FEATURE,
            START,
            "the file cannot be laid out anew without a change to what it says",
            remedy="Leave it as it is, and report it to the project's issue tracker.",
        )
        raise PolicyInvalid(report.found)


def _order_of(text: str) -> Sequence[str]:
    root = parse(text.encode(), Report(""))
    return () if root is None else _order(root)


def _order(root: Node) -> Sequence[str]:
    """The names of the purposes as they stand: an author's order is an author's."""
    values = plain(root)
    purposes = values.get("purposes") if isinstance(values, dict) else None
    return tuple(purposes) if isinstance(purposes, dict) else ()


def _said(text: str) -> Counter[str]:
    return Counter(comment for _, comment in comments(text, read(text)))


def _ordered(node: Container, model: type[BaseModel] | None) -> Container:
    """The tree with the keys of each part of a policy in their order."""
    header: list[str] = []
    if model in _KINDS.values() and node.items:
        # What stands above everything belongs to the file, not to its first key.
        header, node.items[0].lead = node.items[0].lead, []
    names = () if model is None else _names(model)
    ranks = {name: rank for rank, name in enumerate(names)}
    items = [replace(item, node=_below(item, model)) for item in node.items]
    if node.mapping and ranks:
        items.sort(key=lambda item: ranks.get(_name(item), len(ranks)))
    if items and header:
        items[0].lead = [*header, *items[0].lead]
    flow = node.flow and model not in _KINDS.values()
    return replace(node, items=items, flow=flow)


def _below(item: Item, model: type[BaseModel] | None) -> Container | Scalar:
    node = item.node
    if isinstance(node, Scalar):
        return node
    inner = model if item.key is None else _model_of(model, _name(item))
    if model is not None and item.key is not None and _is_named(model, _name(item)):
        # A mapping from an author's names: those stay in the author's order.
        members = [replace(each, node=_member(each, inner)) for each in node.items]
        return replace(node, items=members)
    return _ordered_list(node, inner)


def _member(item: Item, model: type[BaseModel] | None) -> Container | Scalar:
    node = item.node
    return node if isinstance(node, Scalar) else _ordered_list(node, model)


def _ordered_list(node: Container, model: type[BaseModel] | None) -> Container:
    if node.mapping:
        return _ordered(node, model)
    items = [replace(each, node=_member(each, model)) for each in node.items]
    return replace(node, items=items)


def _name(item: Item) -> str:
    return (item.key or "").strip("\"'")


def _names(model: type[BaseModel]) -> Sequence[str]:
    """The keys of a part in their order; none where the author's order is kept.

    A condition reads as a sentence: which key comes first is how it was meant.
    """
    if issubclass(model, Condition):
        return ()
    names = [field.alias or name for name, field in model.model_fields.items()]
    if not issubclass(model, Rule):
        return names
    known = {*_RULE_BEGINS, *_RULE_ENDS}
    return (*_RULE_BEGINS, *(n for n in names if n not in known), *_RULE_ENDS)


def _annotation(model: type[BaseModel] | None, name: str) -> Any:
    fields = {} if model is None else model.model_fields
    for key, field in fields.items():
        if (field.alias or key) == name:
            return field.annotation
    return None


def _is_named(model: type[BaseModel], name: str) -> bool:
    parts = _parts(_annotation(model, name))
    return any(get_origin(part) is dict for part in parts)


def _model_of(model: type[BaseModel] | None, name: str) -> type[BaseModel] | None:
    for part in _parts(_annotation(model, name)):
        if isinstance(part, type) and issubclass(part, BaseModel):
            return part
    return None


def _parts(annotation: Any) -> Iterator[Any]:
    yield annotation
    for argument in get_args(annotation):
        yield from _parts(argument)


def difference(before: bytes, after: bytes, path: str) -> str:
    """What formatting changes, as a unified diff; empty where it changes nothing."""
    import difflib

    lines = difflib.unified_diff(
        before.decode("utf-8-sig").splitlines(keepends=True),
        after.decode().splitlines(keepends=True),
        f"{path} (as it is)",
        f"{path} (formatted)",
    )
    return "".join(line if line.endswith("\n") else f"{line}\n" for line in lines)
