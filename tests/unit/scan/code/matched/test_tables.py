import pytest

from affidavit.scan.code.languages import Language
from affidavit.scan.code.matched.tables import GRAMMARS


def test_every_language_of_the_matcher_has_a_grammar() -> None:
    ours = {Language.PYTHON, Language.NOTEBOOK}
    assert set(GRAMMARS) == set(Language) - ours


@pytest.mark.parametrize("language", GRAMMARS)
def test_every_kind_is_one_of_the_languages_trees(language: Language) -> None:
    from ast_grep_py import SgRoot

    root = SgRoot("", language.value).root()
    grammar = GRAMMARS[language]
    for kind in (*grammar.texts, *grammar.comments, *grammar.calls, *grammar.imports):
        assert list(root.find_all(kind=kind)) == []


@pytest.mark.parametrize(
    ("language", "module"),
    [
        (Language.TYPESCRIPT, "openai"),
        (Language.JAVASCRIPT, "openai/resources"),
        (Language.GO, "github.com/openai/openai-go/v3"),
        (Language.GO, "github.com/sashabaranov/go-openai"),
        (Language.JAVA, "com.openai.client.OpenAIClient"),
    ],
)
def test_openais_modules_are_known(language: Language, module: str) -> None:
    assert GRAMMARS[language].openai.fullmatch(module)
    assert not GRAMMARS[language].openai.fullmatch(f"x{module}")
