"""One walk over a Python tree: its scopes and bindings, calls, imports and texts.

Statements are walked by recursion (Python bounds how deep they nest), expressions with
a stack of our own (it does not). Judges nothing.
"""

import ast
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from affidavit.scan.code.python.scopes import (
    At,
    Binding,
    Block,
    How,
    Kind,
    Scope,
    Site,
)

_Function = ast.FunctionDef | ast.AsyncFunctionDef


class Import(NamedTuple):
    """One name that an import statement binds."""

    node: ast.stmt
    alias: ast.alias
    module: str
    name: str | None
    """None for `import module`; `*` for all."""
    at: At
    typing_only: bool


class Assignment(NamedTuple):
    """An attribute that is assigned to."""

    target: ast.Attribute
    at: At


class Text(NamedTuple):
    """A text that stands in the program and is no documentation."""

    node: ast.expr
    at: At


@dataclass(slots=True, eq=False)
class Program:
    """What one file consists of."""

    module: Scope
    calls: list[Site] = field(default_factory=list)
    imports: list[Import] = field(default_factory=list)
    classes: list[tuple[ast.ClassDef, At]] = field(default_factory=list)
    functions: list[Scope] = field(default_factory=list)
    attributes: list[Assignment] = field(default_factory=list)
    texts: list[Text] = field(default_factory=list)
    names: list[tuple[ast.Name | ast.Attribute, At]] = field(default_factory=list)
    """Every name and attribute that is read."""


def collect(tree: ast.Module) -> Program:
    """Walk `tree`. Raises `RecursionError` for one that is too deep."""
    module = Scope(Kind.MODULE, tree, None)
    program = Program(module)
    _Walk(program).body(tree.body, At(module, 0, module.root))
    return program


class _Walk:
    def __init__(self, program: Program) -> None:
        self._program = program
        self._order = 0
        self._typing = 0

    def body(self, statements: Iterable[ast.stmt], at: At) -> None:
        for statement in statements:
            self._order += 2
            self._statement(statement, At(at.scope, self._order, at.block))

    def _statement(self, node: ast.stmt, at: At) -> None:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                self._function(node, at)
            case ast.ClassDef():
                self._class(node, at)
            case ast.Import() | ast.ImportFrom():
                self._import(node, at)
            case ast.Global() | ast.Nonlocal():
                at.scope.elsewhere.update(node.names)
            case ast.Expr(value=ast.Constant()):
                pass  # documentation
            case _:
                self._compound(node, at)

    def _compound(self, node: ast.stmt, at: At) -> None:
        match node:
            case ast.If():
                self._branch(node, at)
            case ast.With() | ast.AsyncWith():
                self._with(node, at)
            case ast.For() | ast.AsyncFor():
                self._expressions([node.iter, node.target], at)
                self._bind(node.target, Binding(How.ITEM, _after(at), node.iter))
                self._branches((node.body, node.orelse), at)
            case ast.While():
                self._expressions([node.test], at)
                self._branches((node.body, node.orelse), at)
            case ast.Try() | ast.TryStar():
                handlers = [each.body for each in node.handlers]
                self._expressions(
                    [each.type for each in node.handlers if each.type], at
                )
                self._branches((node.body, *handlers, node.orelse), at)
                self.body(node.finalbody, at)
            case ast.Match():
                self._expressions([node.subject], at)
                self._branches([case.body for case in node.cases], at)
            case _:
                self._simple(node, at)

    def _simple(self, node: ast.stmt, at: At) -> None:
        self._expressions(
            [each for each in ast.iter_child_nodes(node) if isinstance(each, ast.expr)],
            at,
        )
        match node:
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    self._bind(target, Binding(How.VALUE, _after(at), value))
            case ast.AnnAssign(target=target, value=None, annotation=annotation):
                self._bind(target, Binding(How.ANNOTATED, _after(at), annotation))
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                self._bind(target, Binding(How.VALUE, _after(at), value))
            case ast.AugAssign(target=target):
                self._bind(target, Binding(How.UNKNOWN, _after(at)))
            case ast.Return(value=ast.expr() as value):
                at.scope.returns.append((value, at))
            case _:
                pass

    def _branch(self, node: ast.If, at: At) -> None:
        self._expressions([node.test], at)
        typing = _is_typing(node.test)
        self._typing += typing
        self._branches((node.body,), at)
        self._typing -= typing
        self._branches((node.orelse,), at)

    def _branches(self, bodies: Iterable[list[ast.stmt]], at: At) -> None:
        for statements in bodies:
            block = Block(at.block, conditional=True)
            self.body(statements, At(at.scope, at.order, block))

    def _with(self, node: ast.With | ast.AsyncWith, at: At) -> None:
        enters = []
        for item in node.items:
            self._expressions([item.context_expr], at)
            enters.append((item.context_expr, at))
            if item.optional_vars is not None:
                # What most enter is what they are: a client, a session.
                value = Binding(How.VALUE, _after(at), item.context_expr)
                self._bind(item.optional_vars, value)
        at.scope.entered += enters
        block = Block(at.block, enters=tuple(enters))
        self.body(node.body, At(at.scope, at.order, block))

    def _function(self, node: _Function, at: At) -> None:
        arguments = node.args
        outer = [*node.decorator_list, *arguments.defaults]
        outer += [each for each in arguments.kw_defaults if each is not None]
        self._expressions(outer, at)
        scope = Scope(Kind.FUNCTION, node, at)
        self._program.functions.append(scope)
        at.scope.bind(node.name, Binding(How.LOCAL, _after(at), scope))
        self._parameters(node, scope, at)
        self.body(node.body, At(scope, self._order, scope.root))

    def _parameters(self, node: _Function, scope: Scope, at: At) -> None:
        positional = [*node.args.posonlyargs, *node.args.args]
        defaults: list[ast.expr | None] = [None] * (
            len(positional) - len(node.args.defaults)
        )
        pairs = [
            *zip(positional, [*defaults, *node.args.defaults], strict=True),
            *zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True),
        ]
        inside = At(scope, self._order, scope.root)
        for parameter, default in pairs:
            self._parameter(parameter, default, inside, at)
        for each in (node.args.vararg, node.args.kwarg):
            if each is not None:
                scope.bind(each.arg, Binding(How.UNKNOWN, inside))
        if at.scope.kind is Kind.CLASS and positional and not _is_static(node):
            own = [Binding(How.SELF, inside, at.scope)]
            scope.names[positional[0].arg] = own

    @staticmethod
    def _parameter(
        parameter: ast.arg, default: ast.expr | None, inside: At, outside: At
    ) -> None:
        scope, name = inside.scope, parameter.arg
        # Both are evaluated where the function is defined.
        if parameter.annotation is not None:
            scope.bind(name, Binding(How.ANNOTATED, outside, parameter.annotation))
        if default is not None:
            scope.bind(name, Binding(How.VALUE, outside, default))
        if name not in scope.names:
            scope.bind(name, Binding(How.UNKNOWN, inside))

    def _class(self, node: ast.ClassDef, at: At) -> None:
        keywords = [each.value for each in node.keywords]
        self._expressions([*node.decorator_list, *node.bases, *keywords], at)
        self._program.classes.append((node, at))
        scope = Scope(Kind.CLASS, node, at)
        at.scope.bind(node.name, Binding(How.LOCAL, _after(at), scope))
        self.body(node.body, At(scope, self._order, scope.root))

    def _import(self, node: ast.Import | ast.ImportFrom, at: At) -> None:
        for alias in node.names:
            if isinstance(node, ast.Import):
                module, name = alias.name, None
                bound = alias.asname or alias.name.partition(".")[0]
                dotted = alias.name if alias.asname else bound
            else:
                module, name = "." * node.level + (node.module or ""), alias.name
                bound, dotted = alias.asname or alias.name, f"{module}.{alias.name}"
            if name == "*":
                at.scope.stars.append(module)
            else:
                at.scope.bind(bound, Binding(How.DOTTED, _after(at), dotted))
            self._program.imports.append(
                Import(node, alias, module, name, at, bool(self._typing))
            )

    def _bind(self, target: ast.expr, binding: Binding) -> None:
        match target:
            case ast.Name(id=name):
                binding.at.scope.bind(name, binding)
            case ast.Attribute():
                self._bind_attribute(target, binding)
            case ast.Tuple(elts=targets) | ast.List(elts=targets):
                self._unpack(targets, binding)
            case ast.Starred(value=inner):
                self._bind(inner, Binding(How.UNKNOWN, binding.at))
            case _:
                pass

    def _unpack(self, targets: list[ast.expr], binding: Binding) -> None:
        value = binding.what if binding.how is How.VALUE else None
        parts: list[ast.expr] = []
        if isinstance(value, ast.Tuple | ast.List) and not any(
            isinstance(each, ast.Starred) for each in (*targets, *value.elts)
        ):
            parts = value.elts
        for index, target in enumerate(targets):
            known = index < len(parts)
            part = Binding(How.VALUE, binding.at, parts[index]) if known else None
            self._bind(target, part or Binding(How.UNKNOWN, binding.at))

    def _bind_attribute(self, target: ast.Attribute, binding: Binding) -> None:
        at = binding.at
        self._program.attributes.append(Assignment(target, at))
        if isinstance(target.value, ast.Name):
            own = at.scope.names.get(target.value.id, [])
            for each in own:
                if each.how is How.SELF and isinstance(each.what, Scope):
                    each.what.fields.setdefault(target.attr, []).append(binding)

    def _expressions(self, roots: Iterable[ast.expr], at: At) -> None:
        stack: list[ast.AST] = list(roots)
        while stack:
            node = stack.pop()
            self._expression(node, at)
            if isinstance(node, ast.JoinedStr):
                parts = [each for each in node.values if not _is_text(each)]
                stack.extend(parts)
            else:
                _push_children(node, stack)

    def _expression(self, node: ast.AST, at: At) -> None:
        match node:
            case ast.Call():
                self._program.calls.append(Site(node, at))
                if isinstance(node.func, ast.Attribute) and node.args:
                    self._enter(node, at)
            case ast.Name(ctx=ast.Load()) | ast.Attribute(ctx=ast.Load()):
                self._program.names.append((node, at))
            case ast.Constant(value=str()) | ast.JoinedStr():
                self._program.texts.append(Text(node, at))
            case ast.NamedExpr(target=target, value=value):
                self._bind(target, Binding(How.VALUE, at, value))
            case ast.comprehension(target=target, iter=source):
                self._bind(target, Binding(How.ITEM, at, source))
            case _:
                pass

    @staticmethod
    def _enter(node: ast.Call, at: At) -> None:
        function = node.func
        if isinstance(function, ast.Attribute) and function.attr == "enter_context":
            at.scope.entered.append((node.args[0], at))
            at.block.enters = (*at.block.enters, (node.args[0], at))


def _push_children(node: ast.AST, stack: list[ast.AST]) -> None:
    # What `ast.iter_child_nodes` does, in a third of its time: most of a walk is this.
    for name in node._fields:
        child = getattr(node, name, None)
        if isinstance(child, ast.AST):
            stack.append(child)
        elif type(child) is list:
            stack.extend([each for each in child if each is not None])


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant)


def _after(at: At) -> At:
    return At(at.scope, at.order + 1, at.block)


def _is_typing(test: ast.expr) -> bool:
    name = test.attr if isinstance(test, ast.Attribute) else getattr(test, "id", "")
    return name == "TYPE_CHECKING"


def _is_static(node: _Function) -> bool:
    return any(
        isinstance(each, ast.Name) and each.id == "staticmethod"
        for each in node.decorator_list
    )
