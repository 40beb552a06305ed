"""One file's bytes: its facts, whatever its language and whatever they hold."""

import re

from affidavit.errors import ToolUnavailable
from affidavit.scan.code.facts import NOTHING, Facts, Spot, failed
from affidavit.scan.code.languages import Language
from affidavit.scan.code.rules import Rule
from affidavit.scan.code.words import suspicious

_DISGUISE = re.compile(
    rb"^[ \t\f]*#.*coding[:=][ \t]*(?:utf[-_]?7|\w*unicode[-_]escape)"
)
_BINARY = "Leave it out with --exclude, or give it the name of what it is."


def facts_of(data: bytes, language: Language) -> Facts:
    """What a file says. Most say nothing, which their words show at once: what none of
    the rules is about need not even parse.
    """
    from affidavit.scan.code.python.source import LARGEST_BYTES, too_large

    if not suspicious(data) and not _disguised(data):
        return NOTHING
    if len(data) > LARGEST_BYTES:
        return too_large(len(data))
    match language:
        case Language.PYTHON:
            return _python(data)
        case Language.NOTEBOOK:
            from affidavit.scan.code.notebook import scan_notebook

            return scan_notebook(data)
        case _:
            return _matched(data, language)


def _disguised(data: bytes) -> bool:
    """Whether a Python file declares an encoding in which words may look otherwise."""
    return any(_DISGUISE.search(line) for line in data.split(b"\n", 2)[:2])


def _python(data: bytes) -> Facts:
    from affidavit.scan.code.python.scan import scan
    from affidavit.scan.code.python.source import Source, Unfit, decoded

    try:
        return scan(Source(decoded(data)))
    except Unfit as unfit:
        return unfit.facts


def _matched(data: bytes, language: Language) -> Facts:
    from affidavit.scan.code.matched.scan import scan, unavailable

    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = f"no text: {error.reason} at byte {error.start}"
        return failed(Rule.UNDECODABLE, message, _BINARY, Spot(1, 1))
    try:
        return scan(text, language)
    except ToolUnavailable:
        return unavailable(language)
