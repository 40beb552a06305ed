import ast

from affidavit.scan.code.python.collect import collect
from affidavit.scan.code.python.reading import Reading, arguments, given, is_partial
from affidavit.scan.code.python.source import Positions, Source


def reading(source: str) -> Reading:
    return Reading(collect(ast.parse(source)), Positions(Source(source)))


def call(source: str) -> ast.Call:
    node = ast.parse(source, mode="eval").body
    assert isinstance(node, ast.Call)
    return node


def test_calls_that_no_rule_is_about_are_passed_over() -> None:
    found = reading("import openai, json\njson.dumps(1)\nopenai.x()\nprint(2)")
    assert len(found.calls) == 3
    assert [each.chains for each in found.known] == [("openai.x",)]


def test_installing_is_noted_whatever_it_is_called() -> None:
    assert len(reading("from affidavit import install as i\ni()").installs) == 1
    assert reading("import affidavit\naffidavit.uninstall()").installs == []


def test_an_argument_that_is_none_is_not_given() -> None:
    assert given(call("f(a=None, b=1)"), "a") is None
    assert given(call("f(a=None, b=1)"), "b") is not None


def test_items_of_lists_are_arguments_too() -> None:
    texts = [ast.unparse(each) for each in arguments(call("f(1, [2, 3], k=(4,))"))]
    assert texts == ["1", "[2, 3]", "2", "3", "(4,)", "4"]


def test_what_was_bound_before_is_known() -> None:
    found = reading("import functools, openai\nfunctools.partial(openai.OpenAI)()")
    outer = found.calls[0]
    assert any(is_partial(each) for each in outer.functions)
