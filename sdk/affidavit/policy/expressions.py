"""Every `when:` of a policy, examined before it may be in force.

Knows where expressions stand in the files, and shows what `cel` finds wrong with one at
the very character. An expression that cannot be read is an error, as is any at all
where the package that reads them is not installed: neither may decide. Nor may one that
waits for a purpose which nobody declares.
"""

from collections.abc import Iterator

from affidavit.errors import ToolUnavailable
from affidavit.policy import cel
from affidavit.policy.assemble import Assembly, Document
from affidavit.policy.cel_places import within
from affidavit.policy.cel_values import EQUALS
from affidavit.policy.layers import all_purposes
from affidavit.policy.model import PolicyFile
from affidavit.policy.nearest import shown
from affidavit.policy.parts import conditions, written_rules
from affidavit.policy.report import Code

MOST_CHARACTERS = 40_000
"""Of all expressions of a policy together: reading them takes part of a second."""
MOST_WRONG = 200
"""Wrong expressions that are shown: to each, the nearest names are sought."""


def examine(assembly: Assembly) -> None:
    """Report every expression that cannot be in force."""
    characters = wrong = 0
    purposes = {name for _, name, _ in all_purposes(assembly)}
    for document, path, expression in _expressions(assembly):
        characters += len(expression)
        if characters > MOST_CHARACTERS:
            message = f"the policy's expressions have more than {MOST_CHARACTERS} "
            document.report.error(
                Code.TOO_LARGE, document.place(*path), f"{message}characters"
            )
            return
        try:
            program = cel.compiled(expression)
        except ToolUnavailable as error:
            message, _, remedy = str(error).partition(". ")
            document.report.error(
                Code.EXTRA_MISSING, document.place(*path), message, remedy=remedy
            )
            return
        except cel.Invalid as invalid:
            _report(document, path, invalid)
            wrong += 1
            if wrong >= MOST_WRONG:
                return
        else:
            if isinstance(document.content, PolicyFile):
                _purposes(document, path, program, purposes)


def _report(
    document: Document, path: tuple[str | int, ...], invalid: cel.Invalid
) -> None:
    node = document.node(*path)
    for problem in invalid.problems:
        place = within(document.text, node, problem.offset)
        document.report.error(
            Code.EXPRESSION, place, problem.message, remedy=problem.remedy
        )


def _purposes(
    document: Document,
    path: tuple[str | int, ...],
    program: cel.Program,
    purposes: set[str],
) -> None:
    """A purpose that the expression names and nobody declares; none at all is ''."""
    node = document.node(*path)
    for held in program.held:
        name = held.literal.value
        if held.name != "purpose.name" or held.function not in EQUALS or not name:
            continue
        if name not in purposes:
            document.report.error(
                Code.UNKNOWN_PURPOSE,
                within(document.text, node, held.literal.offset),
                f"the expression names purpose {shown(name)}, which is not declared",
                remedy=document.report.suggestion(str(name), purposes),
            )


def _expressions(
    assembly: Assembly,
) -> Iterator[tuple[Document, tuple[str | int, ...], str]]:
    for document, index, rule in written_rules(assembly):
        for group, number, condition in conditions(rule):
            if condition.when is not None:
                path = ("rules", index, group, number, "when")
                yield document, path, condition.when
