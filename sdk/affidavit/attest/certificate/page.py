"""One self-contained page about a statement: the statement within it, and what checks
it.

Pure: an envelope in, bytes out. Every figure that a person reads stands where the
page's own program finds it, with the path of the signed figure beside it, and the
program knows how the page read when it was made. Nothing is loaded from anywhere: the
content security policy names the page's one script and one style sheet by their
digests (CSP Level 3 §2.3.1) and allows nothing else.
"""

import base64
import json
import re
from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from html import escape
from importlib.resources import files
from typing import Any

from affidavit import canonical
from affidavit.attest.certificate import asking, evidence, use
from affidavit.attest.certificate.figures import Told
from affidavit.attest.certificate.reads import reads
from affidavit.attest.certificate.said import said
from affidavit.attest.certificate.words import Language, words_of
from affidavit.dsse import Envelope
from affidavit.errors import Malformed

FILE_NAME = "certificate.html"
DOCTYPE = b"<!doctype html>"
PROGRAM = (
    "bytes",
    "signed",
    "tree",
    "tally",
    "rules",
    "contract",
    "sample",
    "coverage",
    "view",
)
"""Parts of the page's program, each standing on those before it."""
_LANGUAGE = re.compile(rb'^<!doctype html><html lang="([a-z]{2})">')
_ENVELOPE = re.compile(
    rb'<script type="application/json" id="envelope">([^<]*)</script>'
)


def certificate(envelope: Envelope, language: Language = Language.ENGLISH) -> bytes:
    """The page as a file. The same statement and language give the same bytes."""
    statement: Any = canonical.loads(envelope.payload)
    told = Told(statement["predicate"], words_of(language))
    title = f"{told.words.title} · {told.at('origin')}"
    full = ' class="full"' if told.at("contract") or told.at("coverage") else ""
    main = f"<main{full}>{''.join(_body(told, envelope))}</main>"
    came = sha256(f"{reads(main)}{title}{language.value}".encode()).hexdigest()
    style, script = _asset("page.css"), _script(language, came)
    page = (
        f'<!doctype html><html lang="{language.value}"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_csp(style, script)}">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        '<meta name="referrer" content="no-referrer">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>{escape(title)}</title><style>{style}</style></head><body>{main}"
        '<script type="application/json" id="envelope">'
        f"{_embedded(envelope.as_json())}</script>"
        f"<script>{script}</script></body></html>\n"
    )
    return page.encode()


def statement_in(page: bytes) -> bytes:
    """The envelope's file that a certificate is about.

    `Malformed` unless the page is, byte for byte, what is made of that statement here:
    then a person may read in it something else than what is signed.
    """
    language = _LANGUAGE.search(page)
    held = _ENVELOPE.search(page)
    if language is None or held is None:
        raise Malformed("this page is no certificate: it holds no statement")
    envelope = Envelope.from_json(canonical.parse(held[1]))
    try:
        true = certificate(envelope, Language(language[1].decode("ascii", "replace")))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Malformed("this page holds no statement of a period of use") from error
    if true != page:
        raise Malformed(
            "this page is not what is made of the statement in it: it was changed, or "
            "another version made it. Verify the statement's own file"
        )
    return envelope.encode()


def _asset(name: str) -> str:
    return files("affidavit.attest.certificate").joinpath(name).read_text("utf-8")


@cache
def program() -> str:
    """The parts of the page's program, one after the other."""
    return "".join(_asset(f"program/{name}.js") for name in PROGRAM)


def _script(language: Language, came: str) -> str:
    # Its words stand within the script: what the policy's digest covers, nobody changes
    # without the whole of it being refused.
    return (
        f'"use strict";\n(() => {{\nconst W = {_embedded(said(language))};\n'
        f'const PAGE = "{came}";\n{program()}}})();\n'
    )


def _csp(style: str, script: str) -> str:
    def digest(text: str) -> str:
        return base64.b64encode(sha256(text.encode()).digest()).decode("ascii")

    return (
        f"default-src 'none'; script-src 'sha256-{digest(script)}'; "
        f"style-src 'sha256-{digest(style)}'; base-uri 'none'; form-action 'none'"
    )


def _embedded(value: object) -> str:
    # `<` cannot end the element that holds it (HTML §4.12.1.3), and JSON reads it back.
    return json.dumps(value, ensure_ascii=False).replace("<", "\\u003c")


def _body(told: Told, envelope: Envelope) -> Iterator[str]:
    yield use.head(told)
    yield use.figures(told)
    yield evidence.exceptions(told)
    yield use.days(told)
    yield use.tables(told)
    bill, promised = evidence.coverage(told), evidence.contract(told)
    yield f'<div class="two">{bill}{promised}</div>' if bill or promised else ""
    yield evidence.behind(told, envelope)
    yield evidence.not_proved(told)
    yield asking.check(told.words)
    yield evidence.foot(told, envelope)
