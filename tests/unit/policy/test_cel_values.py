import pytest

from affidavit.policy import cel


def told(expression: str) -> list[tuple[str, str, str | None]]:
    """What is wrong: the character that it stands at, what it is, what to do."""
    try:
        cel.compiled(expression)
    except cel.Invalid as invalid:
        return [(expression[p.offset], p.message, p.remedy) for p in invalid.problems]
    return []


@pytest.mark.parametrize(
    ("expression", "message", "remedy"),
    [
        (
            "request.endpoint == 'responses.create'",
            "no endpoint is called 'responses.create'",
            "Did you mean responses?",
        ),
        ("'embedings' != request.endpoint", "called 'embedings'", "mean embeddings"),
        (
            "request.endpoint in ['responses', 'file.create']",
            "'file.create'",
            "files.create",
        ),
        ("request.endpoint.startsWith('respones')", "'respones'", "responses"),
        ("request.endpoint == ''", "called ''", "as the SDK does"),
        ("request.provider == 'opnai'", "no provider is called 'opnai'", "openai"),
        ("request.provider in ['azure', 'zzz']", "'zzz'", "Known: anthropic, aws"),
        ("request.provider.endsWith('soft')", "'soft'", "Known: "),
        ("request.provider.contains('-')", "'-'", "Known: "),
        ("request.host == 'https://a.example'", "more than a host", "alone: a.example"),
        ("request.host in ['a.example:443']", "more than a host", "alone: a.example."),
        ("request.origin == 'https://a.example/'", "is not an origin", "without a"),
        ("request.origin == 'a.example'", "is not an origin", "Write scheme"),
        ("'self_instuct' in activities", "no detector reports", "mean self_instruct"),
        ("purpose.trains_model.kind == 'rewrd'", "no kind of model", "mean reward"),
        ("finding.dataset_generation > 1.0", "is never > 1.0", "from 0 to 1"),
        ("finding.dataset_generation >= 1.5", "is never >= 1.5", "from 0 to 1"),
        ("finding.dataset_generation < 0.0", "is never < 0.0", "from 0 to 1"),
        ("finding.dataset_generation == 0.0005", "== 0.0005", "three decimals"),
        ("0.0 > finding.dataset_generation", "is never < 0.0", "from 0 to 1"),
    ],
)
def test_a_literal_that_no_call_has_is_an_error_with_what_was_meant(
    expression: str, message: str, remedy: str
) -> None:
    ((character, said, help_),) = told(expression)
    assert character in "'0123456789"
    assert message in said
    assert remedy in (help_ or "")


@pytest.mark.parametrize(
    "expression",
    [
        "request.endpoint == 'responses' || request.endpoint in ['files.create']",
        "request.endpoint == 'other:post /new/thing'",
        "request.endpoint.startsWith('chat.') || request.endpoint.startsWith('oth')",
        "request.endpoint.startsWith('other:post')",
        "request.endpoint.endsWith('/thing') || request.endpoint.contains('new')",
        "'responses-and-more'.startsWith(request.endpoint)",
        "request.provider in ['openai', 'azure', 'other']",
        "request.provider.startsWith('open') || request.provider.endsWith('ai')",
        "'openai-x'.startsWith(request.provider)",
        "request.host == 'a.example' || request.host == '' || request.host == '::1'",
        "request.host.startsWith('https://')",
        "request.origin == 'https://a.example:8443' || request.origin == ''",
        "request.origin.startsWith('http://')",
        "'self_instruct' in activities",
        "purpose.trains_model.kind == '' || purpose.trains_model.kind == 'reward'",
        "finding.dataset_generation > 0.999 || finding.dataset_generation >= 1.0",
        "finding.dataset_generation != 2.0",
        "0.5 < finding.dataset_generation",
        "request.parameters.temperature > 1.5",
        "request.model == 'of-our-own' || request.project == 'x'",
        "request.endpoint < 'zzz'",
        "activities.exists(a, a == 'self_instuct')",
    ],
)
def test_a_literal_that_a_call_could_have_is_none(expression: str) -> None:
    assert told(expression) == []


def test_a_score_is_no_whole_number_and_that_is_told_first() -> None:
    ((_, message, _),) = told("finding.dataset_generation > 1")
    assert "does not apply to double and int" in message
