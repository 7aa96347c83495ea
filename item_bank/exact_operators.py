"""The operators that expressions of item models may use."""

import ast
import operator
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Final

from item_bank.exact_functions import (
    MAX_BITS,
    MAX_LENGTH,
    ExactDomainError,
    LimitExceeded,
    Value,
    as_integer,
    as_number,
)

MAX_EXPONENT: Final = 1_000


def _add(left: Value, right: Value) -> Value:
    if isinstance(left, str) and isinstance(right, str):
        return left + right
    if isinstance(left, list) and isinstance(right, list):
        return left + right
    return as_number(left) + as_number(right)


def _subtract(left: Value, right: Value) -> Value:
    return as_number(left) - as_number(right)


def _multiply(left: Value, right: Value) -> Value:
    if isinstance(right, (str, list)):
        left, right = right, left
    if isinstance(left, (str, list)):
        times = as_integer(right)
        if len(left) * max(times, 0) > MAX_LENGTH:
            raise LimitExceeded(f"texts and lists have at most {MAX_LENGTH} elements")
        return left * times
    return as_number(left) * as_number(right)


def _divide(left: Value, right: Value) -> Value:
    divisor = Fraction(as_number(right))
    if not divisor:
        raise ExactDomainError("division by zero")
    return Fraction(as_number(left)) / divisor


def _floor_divide(left: Value, right: Value) -> Value:
    if not as_number(right):
        raise ExactDomainError("division by zero")
    return as_number(left) // as_number(right)


def _remainder(left: Value, right: Value) -> Value:
    if not as_number(right):
        raise ExactDomainError("division by zero")
    return as_number(left) % as_number(right)


def _power(left: Value, right: Value) -> Value:
    base, exponent = Fraction(as_number(left)), as_integer(right)
    if abs(exponent) > MAX_EXPONENT:
        raise LimitExceeded(f"exponents are at most {MAX_EXPONENT}")
    if not base and exponent < 0:
        raise ExactDomainError("division by zero")
    bits = max(base.numerator.bit_length(), base.denominator.bit_length())
    if (bits - 1) * abs(exponent) > MAX_BITS:
        raise LimitExceeded("the numbers become too large")
    return base**exponent


def _contains(left: Value, right: Value) -> bool:
    if isinstance(right, list):
        return left in right
    if isinstance(left, str) and isinstance(right, str):
        return left in right
    raise TypeError("'in' needs a list, or two texts")


def _ordered(compare: Callable[..., bool]) -> Callable[[Value, Value], bool]:
    def ordered(left: Value, right: Value) -> bool:
        if isinstance(left, str) and isinstance(right, str):
            return compare(left, right)
        return compare(as_number(left), as_number(right))

    return ordered


def _not_contains(left: Value, right: Value) -> bool:
    return not _contains(left, right)


def _negate(value: Value) -> Value:
    return -as_number(value)


def _plus(value: Value) -> Value:
    return +as_number(value)


def _not(value: Value) -> Value:
    return not value


BINARY: Final[Mapping[type[ast.operator], Callable[[Value, Value], Value]]] = {
    ast.Add: _add,
    ast.Sub: _subtract,
    ast.Mult: _multiply,
    ast.Div: _divide,
    ast.FloorDiv: _floor_divide,
    ast.Mod: _remainder,
    ast.Pow: _power,
}
UNARY: Final[Mapping[type[ast.unaryop], Callable[[Value], Value]]] = {
    ast.USub: _negate,
    ast.UAdd: _plus,
    ast.Not: _not,
}
COMPARISONS: Final[Mapping[type[ast.cmpop], Callable[[Value, Value], bool]]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: _ordered(operator.lt),
    ast.LtE: _ordered(operator.le),
    ast.Gt: _ordered(operator.gt),
    ast.GtE: _ordered(operator.ge),
    ast.In: _contains,
    ast.NotIn: _not_contains,
}
