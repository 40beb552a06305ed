"""The page says what is signed, in words that cannot become markup."""

import html
import json
import re
from pathlib import Path
from typing import Any

import pytest

from affidavit.attest.certificate.figures import Form, show
from affidavit.attest.certificate.page import certificate, statement_in
from affidavit.attest.certificate.words import Language
from affidavit.dsse import Envelope, sign
from affidavit.errors import Malformed
from support.statements import attested, content, resigned
from support.trails import Builder, a_trail


@pytest.fixture
def trail(tmp_path: Path) -> Builder:
    built = a_trail(tmp_path, calls=3)
    built.decision("</script><b>x", "<img src=x>")
    built.decision(None, effect="refuse")
    built.write()
    return built


def figures(page: str) -> list[tuple[list[Any], str, str]]:
    found = re.findall(
        r'data-figure="([^"]*)"(?: data-form="(\w+)")?>(.*?)</span>', page
    )
    return [
        (json.loads(html.unescape(path)), form, html.unescape(shown))
        for path, form, shown in found
    ]


def test_every_figure_stands_beside_its_place_in_the_statement(trail: Builder) -> None:
    envelope = attested(trail)
    told = content(envelope)["predicate"]
    shown = figures(certificate(envelope).decode())
    assert len(shown) > 15
    for path, form, value in shown:
        signed: Any = told
        for step in path:
            signed = signed[step]
        assert value == show(signed, Form(form))


def test_names_from_outside_never_become_markup(trail: Builder) -> None:
    page = certificate(attested(trail)).decode()
    assert "<b>x" not in page
    assert "<img" not in page
    assert page.count("</script>") == 2


@pytest.mark.parametrize("language", Language)
def test_the_same_statement_gives_the_same_page(
    trail: Builder, language: Language
) -> None:
    envelope = attested(trail)
    page = certificate(envelope, language)
    assert page == certificate(envelope, language)
    assert f'lang="{language.value}"'.encode() in page


def test_a_statement_without_days_or_exceptions_has_neither(trail: Builder) -> None:
    told = content(attested(trail))
    told["predicate"].pop("days")
    told["predicate"]["exceptions"] = []
    envelope = Envelope.parse(resigned(told, trail.signer))
    page = certificate(envelope).decode()
    assert "Decisions by day" not in page
    assert "<h2>Exceptions" not in page


@pytest.mark.parametrize("language", Language)
def test_the_statement_is_read_back_out_of_a_true_page(
    trail: Builder, language: Language
) -> None:
    envelope = attested(trail)
    assert statement_in(certificate(envelope, language)) == envelope.encode()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"<dd>", b"<dd> "),
        (b'lang="en"', b'lang="de"'),
        (b'lang="en"', b'lang="xx"'),
        (b'id="envelope"', b'id="other"'),
        (b"DSSE", b"DSSX"),
        (b'"payloadType"', b'"payload-type"'),
    ],
)
def test_a_page_that_says_anything_else_is_none(
    trail: Builder, old: bytes, new: bytes
) -> None:
    page = certificate(attested(trail))
    assert old in page
    with pytest.raises(Malformed):
        statement_in(page.replace(old, new, 1))


def test_a_page_about_something_else_is_none(trail: Builder) -> None:
    page = certificate(attested(trail))
    other = sign("text/plain", b"{}", [trail.signer])
    held = json.dumps(other.as_json()).encode()
    pattern = rb'(id="envelope">).*?(</script>)'
    with pytest.raises(Malformed, match="no statement of a period"):
        statement_in(re.sub(pattern, lambda m: m[1] + held + m[2], page))
