"""SDKs that affidavit does not govern: C104, and frameworks that make clients: C105."""

import ast
import re

from affidavit.scan.code.facts import Under
from affidavit.scan.code.python import strings
from affidavit.scan.code.python.collect import Import
from affidavit.scan.code.python.reading import (
    Called,
    Reading,
    given,
    unseen_keywords,
)
from affidavit.scan.code.rules import Rule
from affidavit.scan.code.sdks import (
    BEDROCK,
    BOTO,
    HANDS_OVER,
    Framework,
    Sdk,
    framework_of,
    sdk_of,
)

_HARMLESS = re.compile(r"\w*(?:Error|Exception|Warning)|types|errors|exceptions")
"""Names that an SDK is imported for without sending: to catch, or to annotate."""


def look(reading: Reading) -> None:
    """Note each SDK where it is imported, each framework where it makes clients."""
    for each in reading.program.imports:
        found = None if each.typing_only else _imported(each)
        if found is not None:
            node = each.alias if isinstance(each.node, ast.ImportFrom) else each.node
            _sdk(reading, node, found, each.node)
    handed_over = any(
        HANDS_OVER.fullmatch(chain) for each in reading.known for chain in each.chains
    )
    for called in reading.known:
        _boto(reading, called)
        _by_use(reading, called)
        _framework(reading, called, handed_over=handed_over)


def _imported(each: Import) -> Sdk | None:
    last = each.module.rpartition(".")[2] if each.name is None else each.name
    parts = each.module.split(".")
    if _HARMLESS.fullmatch(last) or any(_HARMLESS.fullmatch(part) for part in parts):
        return None
    if each.name == "*":
        return sdk_of(each.module)
    return sdk_of(each.module, each.name)


def _by_use(reading: Reading, called: Called) -> None:
    """An SDK of which only a part sends, or that is imported by name."""
    node = called.site.node
    for chain in called.chains:
        module, _, name = chain.rpartition(".")
        found = sdk_of(module, name) if module else None
        if found is not None and found.only and name in found.only:
            if _root_is_module(reading, called):
                _sdk(reading, node, found, node)
            return
    for value in reading.values(node, called.site.at):
        by_name = value.chain and not value.chain.endswith("()")
        found = sdk_of(value.chain) if by_name else None
        if found is not None and called.site not in value.calls and _imports(called):
            _sdk(reading, node, found, node)
            return


def _imports(called: Called) -> bool:
    return bool({"importlib.import_module", "builtins.__import__"} & {*called.chains})


def _root_is_module(reading: Reading, called: Called) -> bool:
    """`huggingface_hub.X()`, and not a name whose import was found already."""
    del reading
    return isinstance(called.site.node.func, ast.Attribute)


def _sdk(
    reading: Reading, node: ast.expr | ast.stmt | ast.alias, sdk: Sdk, whole: ast.AST
) -> None:
    statement = whole if isinstance(whole, ast.stmt | ast.expr) else None
    reading.find(
        Rule.OTHER_SDK,
        node,
        f"{sdk.label} sends calls that affidavit neither decides nor records",
        "Use the provider's OpenAI-compatible endpoint with affidavit's client, or "
        "waive this with the reason why its use is in order.",
        whole=statement,
    )


def _boto(reading: Reading, called: Called) -> None:
    if not any(BOTO.fullmatch(chain) for chain in called.chains):
        return
    node = called.site.node
    service = given(node, "service_name") or (node.args[0] if node.args else None)
    if service is not None and BEDROCK & {
        *strings.texts(reading.resolver, service, called.site.at)
    }:
        _sdk(reading, node, Sdk("Amazon Bedrock through boto3"), node)


def _framework(reading: Reading, called: Called, *, handed_over: bool) -> None:
    found = next(
        (each for chain in called.chains if (each := framework_of(chain))), None
    )
    node = called.site.node
    if found is None or _is_handed(found, node):
        return
    if handed_over and found.label == "openai-agents":
        return
    if found.label == "DSPy's LM" and not _names(reading, called, "engine", "litellm"):
        found = found._replace(label="DSPy's own engine", escapes=True)
    reading.find(
        Rule.FRAMEWORK_CLIENT,
        node,
        _said(found),
        _remedy(found),
        under=Under.ALWAYS if found.escapes else Under.STOCK,
    )


def _is_handed(framework: Framework, node: ast.Call) -> bool:
    if not framework.handed:
        return False
    return unseen_keywords(node) or all(given(node, name) for name in framework.handed)


def _names(reading: Reading, called: Called, keyword: str, text: str) -> bool:
    value = given(called.site.node, keyword)
    return value is not None and text in strings.texts(
        reading.resolver, value, called.site.at
    )


def _said(framework: Framework) -> str:
    if framework.escapes:
        return f"{framework.label} sends past the OpenAI SDK, and past every policy"
    return f"{framework.label} makes a client of its own, which nothing here governs"


def _remedy(framework: Framework) -> str:
    if framework.escapes:
        return "See docs/frameworks.md for the way that is governed."
    handed = " or hand over affidavit's client: " + ", ".join(
        f"{name}=" for name in framework.handed
    )
    return (
        f"Call affidavit.install() first,{handed if framework.handed else ''}".rstrip(
            ","
        )
        + "."
    )
