"""`when:` expressions: compiled with types, bounded, and asked safely.

Knows the CEL runtime (extra `cel`), which is imported when the first expression is, and
no file: a problem says where in the expression it stands. An expression is a truth
value of declared names and nothing else, and what it costs is bounded before it runs.

The runtime returns an evaluation error as a value that Python takes for true, as it
does one that holds false: only a `value()` that *is* True holds, and only one that *is*
False does not. Everything else, an exception included, has no answer.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from importlib import import_module
from types import ModuleType
from typing import Any

from affidavit.errors import Malformed, ToolUnavailable
from affidavit.policy import cel_tree
from affidavit.policy.cel_examine import LONGEST, Examined, Problem, examine, literals
from affidavit.policy.cel_names import NAMES, Type, Unreadable
from affidavit.policy.cel_values import Held
from affidavit.policy.in_force import Facts, Truth

__all__ = ["LONGEST", "Invalid", "Problem", "Program", "activation", "compiled"]

_ERROR = re.compile(r"^(?:[A-Z_]+: )?ERROR: <input>:(\d+):(\d+): (.*)$", re.MULTILINE)
_OVERLOAD = re.compile(r"found no matching overload for '(.+)' applied to '\((.*)\)'")
_UNDECLARED = re.compile(r"undeclared reference to '(.+)' \(in container '.*'\)")
_EXPECTING = re.compile(r" expecting \{.*\}$")
_TOO_DEEP = "the expression is nested too deeply: 32 levels are allowed"
_WRAPPER = re.compile(r"wrapper\((\w+)\)")
_MIXED = ({"double", "int"}, {"double", "uint"}, {"int", "uint"})
_NULLABLE = {
    Type.BOOL: "google.protobuf.BoolValue",
    Type.INT: "google.protobuf.Int64Value",
    Type.DOUBLE: "google.protobuf.DoubleValue",
    Type.STRING: "google.protobuf.StringValue",
}
"""A type that may be null, as far as checking goes."""


class Invalid(Exception):
    """An expression that cannot be put in force, and why."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(problem.message for problem in problems))


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """One expression that can be asked."""

    expression: str
    names: tuple[str, ...]
    """Every name that it uses, in order of the alphabet."""
    held: tuple[Held, ...]
    """What its names are held against, where it does so directly."""
    constant: bool | None
    """What it comes to whatever a call is; None where the call decides."""
    run: Callable[[Any], Any]

    @property
    def of_purpose(self) -> bool:
        """Whether the declared purpose alone decides."""
        return all(NAMES[name].of_purpose for name in self.names)

    @property
    def of_findings(self) -> bool:
        """Whether findings alone decide."""
        return all(NAMES[name].of_findings for name in self.names)

    def holds(self, activation: object) -> Truth:
        """Whether it holds; `activation` is what `activation` made."""
        try:
            value = self.run(activation).value()
        except Exception:  # noqa: BLE001 - the runtime raises what it does not return
            return Truth.UNKNOWN
        if value is True:
            return Truth.YES
        return Truth.NO if value is False else Truth.UNKNOWN


def activation(names: Iterable[str]) -> Callable[[Facts], object]:
    """What makes, once for each decision, the values that expressions read.

    Of `names` those that the call makes unreadable are left out: an expression that
    needs one has no answer.
    """
    env = _running()
    read = tuple((name, NAMES[name].read) for name in sorted(set(names)))

    def activate(facts: Facts) -> object:
        kept = facts.activations
        if kept is not None and key in kept:
            return kept[key]
        values: dict[str, object] = {}
        for name, value in read:
            try:
                values[name] = value(facts)
            except Unreadable:
                continue
        made: object = env.Activation(values)
        if kept is not None:
            kept[key] = made
        return made

    key = id(read)
    return activate


def constant(expression: str) -> bool | None:
    """What the expression comes to for every call; None if the call decides.

    None for an invalid one too. Raises `ToolUnavailable` without the extra.
    """
    try:
        return compiled(expression).constant
    except Invalid:
        return None


def looked_at(expression: str) -> Mapping[str, tuple[cel_tree.Constant, ...]]:
    """The names that a valid expression reads, each with what it is held against.

    Raises `Invalid`, and `ToolUnavailable` without the extra.
    """
    program = compiled(expression)
    values = literals(program.held)
    return {name: values.get(name, ()) for name in program.names}


@lru_cache(maxsize=2048)
def compiled(expression: str) -> Program:
    """The expression as a program, or `Invalid` with all that is wrong with it.

    Raises `ToolUnavailable` without the extra.
    """
    if len(expression) > LONGEST:
        raise Invalid(
            [Problem(0, f"the expression is longer than {LONGEST} characters")]
        )
    examined = _examined(expression)
    checked = _compile(_checking(), expression)
    if (kind := checked.return_type().name()) != "BOOL":
        raise Invalid([_not_a_truth(kind.lower())])
    run = _compile(_running(), expression).eval
    nothing = Program(
        expression=expression,
        names=examined.names,
        held=examined.held,
        constant=None,
        run=run,
    )
    # Without any value, each name is an error: what still has an answer has the same
    # one for every call, because only `&&` and `||` ever look past an error.
    truth = nothing.holds(_running().Activation({}))
    if truth is not Truth.UNKNOWN:
        return replace(nothing, constant=truth is Truth.YES)
    if not examined.names:
        raise Invalid([Problem(0, "the expression has no answer for any call")])
    return nothing


def _examined(expression: str) -> Examined:
    parsed = _compile(_checking(), expression, disable_check=True)
    try:
        tree = cel_tree.parse(parsed.serialize())
    except Malformed as error:
        raise Invalid([Problem(0, str(error))]) from error
    examined = examine(tree)
    problems = examined.problems or tuple(_bad_patterns(examined.patterns))
    if problems:
        raise Invalid(problems)
    return examined


def _bad_patterns(patterns: Iterable[tuple[int, str]]) -> Iterable[Problem]:
    """Regular expressions that the runtime would only refuse when asked."""
    env = _pattern_env()
    for offset, pattern in patterns:
        value = env.eval(data={"pattern": pattern}).value()
        if not isinstance(value, bool):
            why = str(value).rpartition("invalid regular expression: ")[2]
            remedy = "Patterns are RE2's: no look-around and no back-references."
            yield Problem(offset, f"not a regular expression: {why}", remedy)


def _not_a_truth(kind: str) -> Problem:
    if kind == "dyn":
        why = "the expression may be something else than true or false"
        return Problem(0, why, "Compare it, as in `… == true`.")
    return Problem(
        0,
        f"the expression is a {kind}, not true or false",
        "Compare it with something.",
    )


def _compile(env: Any, expression: str, *, disable_check: bool = False) -> Any:
    try:
        return env.compile(expression, disable_check=disable_check)
    except RuntimeError as error:
        raise Invalid(list(_problems(expression, str(error)))) from error


def _problems(expression: str, message: str) -> Iterable[Problem]:
    found = dict.fromkeys(_ERROR.findall(message))
    if not found:
        deep = "recursion" in message
        yield Problem(0, _TOO_DEEP if deep else message.partition(" [")[0].strip())
        return
    lines = expression.split("\n")
    for line, column, words in found:
        before = sum(len(each) + 1 for each in lines[: int(line) - 1])
        problem = _worded(words.removesuffix(" [INVALID_ARGUMENT]"))
        yield problem._replace(offset=before + int(column) - 1)
        if words.startswith("Syntax error"):
            return  # what follows the first is said of what the parser then guessed


def _worded(words: str) -> Problem:
    """The runtime's words for an error, in those of somebody who writes policies."""
    overload, undeclared = _OVERLOAD.match(words), _UNDECLARED.match(words)
    if overload is not None:
        types = [_WRAPPER.sub(r"\1", each) for each in overload[2].split(", ")]
        operator = overload[1].strip("_").removeprefix("@")
        message = f"`{operator}` does not apply to {' and '.join(types)}"
        mixed = set(types) in _MIXED
        remedy = "Write fractions with a point: 1.0, not 1." if mixed else None
        return Problem(0, message, remedy)
    if "recursion depth" in words:
        return Problem(0, _TOO_DEEP)
    if undeclared is not None:
        return Problem(0, f"no function is called `{undeclared[1]}`")
    return Problem(0, _EXPECTING.sub("", words[:1].lower() + words[1:]))


@cache
def runtime() -> ModuleType:
    """The CEL runtime. Raises `ToolUnavailable` where the extra is not installed."""
    try:
        return import_module("cel_expr_python.cel")
    except ImportError as error:
        raise ToolUnavailable(
            "`when` is a CEL expression, and the package that reads CEL is not "
            "installed. Install the extra: pip install 'affidavit[cel]'."
        ) from error


@cache
def _checking() -> Any:
    """Every name with its type."""
    return _environment(nullable=_NULLABLE)


@cache
def _running() -> Any:
    """The same names; those that may be null hold whatever comes."""
    return _environment(nullable={})


def _environment(nullable: Mapping[Type, str]) -> Any:
    cel = runtime()
    plain = {
        Type.BOOL: cel.Type.BOOL,
        Type.INT: cel.Type.INT,
        Type.DOUBLE: cel.Type.DOUBLE,
        Type.STRING: cel.Type.STRING,
        Type.ANY: cel.Type.DYN,
        Type.STRINGS: cel.Type.List(cel.Type.STRING),
        Type.TIMESTAMP: cel.Type.TIMESTAMP,
    }
    wrapped = {kind: cel.Type(name) for kind, name in nullable.items()}
    return cel.NewEnv(
        variables={
            name: wrapped.get(each.type, cel.Type.DYN)
            if each.nullable
            else plain[each.type]
            for name, each in NAMES.items()
        }
    )


@cache
def _pattern_env() -> Any:
    cel = runtime()
    env = cel.NewEnv(variables={"pattern": cel.Type.STRING})
    return env.compile('"".matches(pattern)')
