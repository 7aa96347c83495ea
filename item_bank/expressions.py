"""Exact arithmetic expressions of item models.

An expression is a small subset of Python's expression grammar, checked against an allow-list when it is
compiled and evaluated by walking the tree: nothing is ever handed to ``eval``. Numbers are ``int`` and
``Fraction`` (a fraction with denominator 1 becomes an ``int``), so a key is never wrong by rounding. Sizes
of numbers, strings and lists and the number of steps are limited, so that no expression can hang a server.
"""

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final

from item_bank.errors import ExpressionHasNoValue, InvalidExpression
from item_bank.exact_functions import FUNCTIONS, ExactDomainError, LimitExceeded, checked_size, normalised
from item_bank.exact_functions import Value as Value
from item_bank.exact_operators import BINARY, COMPARISONS, UNARY

MAX_SOURCE_LENGTH: Final = 500
MAX_DEPTH: Final = 40
MAX_STEPS: Final = 5_000

_CONSTANT_NAMES: Final[Mapping[str, Value]] = {"True": True, "False": False}
_ALLOWED_NODES: Final = (
    ast.Expression,
    ast.Constant,
    ast.Name,
    ast.Load,
    ast.BinOp,
    ast.UnaryOp,
    ast.BoolOp,
    ast.Compare,
    ast.IfExp,
    ast.Call,
    ast.List,
    ast.Tuple,
    ast.Subscript,
    ast.Slice,
    ast.And,
    ast.Or,
    *BINARY,
    *UNARY,
    *COMPARISONS,
)
_CONSTRUCT_NAMES: Final[Mapping[type[ast.AST], str]] = {
    ast.Attribute: "a dot (attribute access)",
    ast.Lambda: "lambda",
    ast.ListComp: "a comprehension",
    ast.SetComp: "a comprehension",
    ast.DictComp: "a comprehension",
    ast.GeneratorExp: "a comprehension",
    ast.JoinedStr: "an f-string",
    ast.NamedExpr: "an assignment",
    ast.Await: "await",
    ast.Yield: "yield",
    ast.Starred: "a star",
}


@dataclass(frozen=True)
class Expression:
    """A compiled expression; ``names`` are the variables it reads."""

    source: str
    names: frozenset[str]
    tree: ast.expr = field(repr=False, compare=False)

    def evaluate(self, variables: Mapping[str, Value]) -> Value:
        """Return the exact value.

        Raises ``ExpressionHasNoValue`` where the arithmetic is undefined for these variables, and
        ``InvalidExpression`` for unknown names, mixed types and exceeded limits.
        """
        return _Evaluation(self, variables).run()


def compile_expression(source: str) -> Expression:
    """Parse and check ``source``; raises ``InvalidExpression``."""
    text = source.strip()
    if len(text) > MAX_SOURCE_LENGTH:
        raise InvalidExpression(
            "expression_limit", expression=text[:60] + "…", reason=f"at most {MAX_SOURCE_LENGTH} characters"
        )
    try:
        tree = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        reason = error.msg if isinstance(error, SyntaxError) else "it cannot be read"
        raise InvalidExpression("expression_syntax", expression=text, reason=reason) from None
    _check_tree(tree, text)
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    names = frozenset(
        node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and id(node) not in called
    )
    return Expression(text, names, tree)


def _check_tree(tree: ast.expr, text: str) -> None:
    _check_depth(tree, text)
    for node in ast.walk(tree):
        if not isinstance(node, _ALLOWED_NODES):
            construct = _CONSTRUCT_NAMES.get(type(node), type(node).__name__)
            raise InvalidExpression("expression_not_allowed", expression=text, construct=construct)
        if isinstance(node, ast.Constant):
            _check_constant(node, text)
        if isinstance(node, ast.Call):
            _check_call(node, text)


def _check_depth(tree: ast.expr, text: str) -> None:
    level: list[ast.AST] = [tree]
    for _ in range(MAX_DEPTH):
        level = [child for node in level for child in ast.iter_child_nodes(node)]
        if not level:
            return
    raise InvalidExpression("expression_limit", expression=text, reason="it is nested too deeply")


def _check_constant(node: ast.Constant, text: str) -> None:
    value = node.value
    if isinstance(value, float):
        construct = f"the decimal number {value} (write it as Fraction(p, q))"
        raise InvalidExpression("expression_not_allowed", expression=text, construct=construct)
    if not isinstance(value, (bool, int, str)):
        raise InvalidExpression("expression_not_allowed", expression=text, construct=f"the value {value!r}")
    try:
        checked_size(value)
    except LimitExceeded as limit:
        raise InvalidExpression("expression_limit", expression=text, reason=str(limit)) from None


def _check_call(node: ast.Call, text: str) -> None:
    if not isinstance(node.func, ast.Name):
        raise InvalidExpression("expression_not_allowed", expression=text, construct="an indirect call")
    if node.func.id not in FUNCTIONS:
        construct = f"the function {node.func.id}()"
        raise InvalidExpression("expression_not_allowed", expression=text, construct=construct)
    if node.keywords:
        raise InvalidExpression("expression_not_allowed", expression=text, construct="named arguments")


class _Evaluation:
    """One evaluation with its own step budget."""

    def __init__(self, expression: Expression, variables: Mapping[str, Value]) -> None:
        self._expression = expression
        self._variables = variables
        self._steps = 0
        self._handlers: Mapping[type[ast.expr], Callable[..., Value]] = {
            ast.Constant: self._constant,
            ast.Name: self._name,
            ast.BinOp: self._binary,
            ast.UnaryOp: self._unary,
            ast.BoolOp: self._boolean,
            ast.Compare: self._compare,
            ast.IfExp: self._conditional,
            ast.Call: self._call,
            ast.List: self._sequence,
            ast.Tuple: self._sequence,
            ast.Subscript: self._subscript,
        }

    def run(self) -> Value:
        source = self._expression.source
        try:
            return self._value(self._expression.tree)
        except LimitExceeded as limit:
            raise InvalidExpression("expression_limit", expression=source, reason=str(limit)) from None
        except ExactDomainError as error:
            raise ExpressionHasNoValue("expression_value", expression=source, reason=str(error)) from None
        except (ZeroDivisionError, IndexError) as error:
            raise ExpressionHasNoValue("expression_value", expression=source, reason=str(error)) from None
        except (TypeError, ValueError, AttributeError) as error:
            raise InvalidExpression("expression_type", expression=source, reason=str(error)) from None

    def _value(self, node: ast.expr) -> Value:
        self._steps += 1
        if self._steps > MAX_STEPS:
            raise LimitExceeded("it takes too many steps")
        return checked_size(normalised(self._handlers[type(node)](node)))

    def _constant(self, node: ast.Constant) -> Value:
        value: Value = node.value  # type: ignore[assignment]  # _check_constant admits only int, str, bool
        return value

    def _name(self, node: ast.Name) -> Value:
        if node.id not in self._variables:
            raise InvalidExpression("expression_name", expression=self._expression.source, name=node.id)
        return self._variables[node.id]

    def _binary(self, node: ast.BinOp) -> Value:
        return BINARY[type(node.op)](self._value(node.left), self._value(node.right))

    def _unary(self, node: ast.UnaryOp) -> Value:
        return UNARY[type(node.op)](self._value(node.operand))

    def _boolean(self, node: ast.BoolOp) -> Value:
        stop_at = isinstance(node.op, ast.Or)
        value: Value = not stop_at
        for operand in node.values:
            value = self._value(operand)
            if bool(value) is stop_at:
                break
        return value

    def _compare(self, node: ast.Compare) -> Value:
        left = self._value(node.left)
        for operator, operand in zip(node.ops, node.comparators, strict=True):
            right = self._value(operand)
            if not COMPARISONS[type(operator)](left, right):
                return False
            left = right
        return True

    def _conditional(self, node: ast.IfExp) -> Value:
        return self._value(node.body if self._value(node.test) else node.orelse)

    def _call(self, node: ast.Call) -> Value:
        assert isinstance(node.func, ast.Name)  # noqa: S101  # _check_call admits only plain names
        arguments = [self._value(argument) for argument in node.args]
        return FUNCTIONS[node.func.id](*arguments)

    def _sequence(self, node: ast.List | ast.Tuple) -> Value:
        return [self._value(element) for element in node.elts]

    def _subscript(self, node: ast.Subscript) -> Value:
        sequence = self._value(node.value)
        if not isinstance(sequence, (str, list)):
            raise TypeError("only lists and strings can be indexed")
        if isinstance(node.slice, ast.Slice):
            bounds = (self._bound(part) for part in (node.slice.lower, node.slice.upper, node.slice.step))
            return sequence[slice(*bounds)]
        return sequence[self._index(node.slice)]

    def _bound(self, node: ast.expr | None) -> int | None:
        return None if node is None else self._index(node)

    def _index(self, node: ast.expr) -> int:
        value = self._value(node)
        if isinstance(value, Fraction) or not isinstance(value, int):
            raise TypeError("an index must be an integer")
        return value
