"""The functions that expressions of item models may call, and the limits of their values.

Everything is exact: a root that is not rational, or a logarithm of zero, has no value and the draw is
rejected instead of being rounded. ``round`` rounds halves away from zero, as schools teach, not to even.
"""

import math
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Final, TypeAlias

Number: TypeAlias = int | Fraction
Value: TypeAlias = "int | Fraction | str | bool | list[Value]"

MAX_BITS: Final = 2_048
MAX_LENGTH: Final = 1_000
MAX_FACTORIAL: Final = 200
MAX_COMBINATORIAL: Final = 1_000
_DIGITS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class LimitExceeded(Exception):
    """A value or a computation is larger than an exam item can need."""


class ExactDomainError(Exception):
    """The function has no exact value for this argument."""


def normalised(value: Value) -> Value:
    """Turn a fraction with denominator 1 into the integer it is."""
    if isinstance(value, Fraction) and value.denominator == 1:
        return value.numerator
    return value


def checked_size(value: Value) -> Value:
    """Return ``value`` unless it is beyond the limits; raises ``LimitExceeded``."""
    if isinstance(value, (str, list)):
        _size_within(value, MAX_LENGTH)
    elif isinstance(value, Fraction):
        if max(value.numerator.bit_length(), value.denominator.bit_length()) > MAX_BITS:
            raise LimitExceeded("the numbers become too large")
    elif value.bit_length() > MAX_BITS:
        raise LimitExceeded("the numbers become too large")
    return value


def _size_within(value: Value, allowance: int) -> int:
    """Return what is left of ``allowance`` after ``value``; nested lists count with all they hold."""
    rest = allowance - (len(value) if isinstance(value, (str, list)) else 0)
    if rest < 0:
        raise LimitExceeded(f"texts and lists have at most {MAX_LENGTH} elements")
    if isinstance(value, list):
        for element in value:
            rest = _size_within(element, rest)
    return rest


def as_number(value: Value) -> Number:
    """Return ``value`` as an exact number; raises ``TypeError``."""
    if isinstance(value, (str, list)):
        raise TypeError(f"a number is needed, not {value!r}")
    return value


def as_integer(value: Value) -> int:
    """Return ``value`` as an integer; raises ``TypeError``."""
    number = as_number(value)
    if isinstance(number, Fraction):
        raise TypeError(f"an integer is needed, not {number}")
    return number


def as_natural(value: Value, limit: int) -> int:
    """Return ``value`` as an integer from 0 to ``limit``."""
    integer = as_integer(value)
    if integer < 0:
        raise ExactDomainError(f"a number that is not negative is needed, not {integer}")
    if integer > limit:
        raise LimitExceeded(f"at most {limit} is allowed here")
    return integer


def as_list(value: Value) -> list[Value]:
    """Return ``value`` as a list: a list as is, a text as its characters."""
    if isinstance(value, str):
        characters: list[Value] = [*value]
        return characters
    if not isinstance(value, list):
        raise TypeError(f"a list is needed, not {value!r}")
    return value


def _absolute(value: Value) -> Value:
    number = as_number(value)
    return number if number >= 0 else -number


def _extreme(choose: Callable[[list[Number]], Number]) -> Callable[..., Value]:
    def extreme(*values: Value) -> Value:
        candidates = as_list(values[0]) if len(values) == 1 else list(values)
        if not candidates:
            raise ExactDomainError("the list is empty")
        return choose([as_number(value) for value in candidates])

    return extreme


def _gcd(*values: Value) -> Value:
    return math.gcd(*(as_integer(value) for value in values))


def _lcm(*values: Value) -> Value:
    return math.lcm(*(as_integer(value) for value in values))


def _factorial(value: Value) -> Value:
    return math.factorial(as_natural(value, MAX_FACTORIAL))


def _combinations(n: Value, k: Value) -> Value:
    return math.comb(as_natural(n, MAX_COMBINATORIAL), as_natural(k, MAX_COMBINATORIAL))


def _permutations(n: Value, k: Value) -> Value:
    size, taken = as_natural(n, MAX_COMBINATORIAL), as_natural(k, MAX_FACTORIAL)
    return math.perm(size, taken)


def _integer_root(value: Value) -> Value:
    integer = as_integer(value)
    if integer < 0:
        raise ExactDomainError("a negative number has no square root")
    return math.isqrt(integer)


def _exact_root(value: Value) -> Value:
    fraction = Fraction(as_number(value))
    if fraction < 0:
        raise ExactDomainError("a negative number has no square root")
    root = Fraction(math.isqrt(fraction.numerator), math.isqrt(fraction.denominator))
    if root * root != fraction:
        raise ExactDomainError(f"the square root of {fraction} is not rational")
    return root


def _fraction(numerator: Value, denominator: Value = 1) -> Value:
    return Fraction(as_number(numerator)) / Fraction(as_number(denominator))


def rounded(value: Number, places: int = 0) -> Fraction:
    """Round to ``places`` decimals, halves away from zero."""
    scaled = abs(Fraction(value)) * Fraction(10) ** places
    magnitude = Fraction(math.floor(scaled + Fraction(1, 2))) / Fraction(10) ** places
    return magnitude if value >= 0 else -magnitude


def _round(value: Value, places: Value = 0) -> Value:
    digits = as_integer(places)
    if abs(digits) > 30:
        raise LimitExceeded("round to at most 30 places")
    return rounded(as_number(value), digits)


def _sum(values: Value) -> Value:
    total: Number = 0
    for value in as_list(values):
        total += as_number(value)
        checked_size(total)
    return total


def _length(value: Value) -> Value:
    return len(as_list(value))


def _text(value: Value) -> Value:
    return str(value)


def _int(value: Value) -> Value:
    if isinstance(value, str):
        return _from_base(value, 10)
    return int(as_number(value))


def _to_base(number: Value, base: Value) -> Value:
    radix, integer = as_integer(base), as_integer(number)
    if not 2 <= radix <= len(_DIGITS):
        raise ExactDomainError("the base must be from 2 to 36")
    digits, rest = "", abs(integer)
    while rest:
        rest, digit = divmod(rest, radix)
        digits = _DIGITS[digit] + digits
    return ("-" if integer < 0 else "") + (digits or "0")


def _from_base(text: Value, base: Value) -> Value:
    if not isinstance(text, str) or not 2 <= as_integer(base) <= len(_DIGITS):
        raise ExactDomainError("frombase needs a text and a base from 2 to 36")
    try:
        return int(text, as_integer(base))
    except ValueError:
        raise ExactDomainError(f"{text!r} is not a number in base {base}") from None


def _fixed_base(base: int) -> Callable[[Value], Value]:
    def convert(number: Value) -> Value:
        return _to_base(number, base)

    return convert


def _character(code: Value) -> Value:
    return chr(as_natural(code, 0x10FFFF))


def _code_point(character: Value) -> Value:
    if not isinstance(character, str) or len(character) != 1:
        raise TypeError("ord needs one character")
    return ord(character)


def _upper(text: Value) -> Value:
    if not isinstance(text, str):
        raise TypeError("upper needs a text")
    return text.upper()


def _digits(number: Value) -> Value:
    return [int(digit) for digit in str(abs(as_integer(number)))]


def _range(*bounds: Value) -> Value:
    numbers = range(*(as_integer(bound) for bound in bounds))
    if len(numbers) > MAX_LENGTH:
        raise LimitExceeded(f"a range has at most {MAX_LENGTH} numbers")
    return list(numbers)


def _list(values: Value) -> Value:
    return list(as_list(values))


def _sorted(values: Value) -> Value:
    elements = as_list(values)
    if all(isinstance(element, str) for element in elements):
        return sorted(elements, key=str)
    return [*sorted(as_number(element) for element in elements)]


FUNCTIONS: Final[Mapping[str, Callable[..., Value]]] = {
    "abs": _absolute,
    "min": _extreme(min),
    "max": _extreme(max),
    "gcd": _gcd,
    "lcm": _lcm,
    "factorial": _factorial,
    "comb": _combinations,
    "perm": _permutations,
    "isqrt": _integer_root,
    "sqrt": _exact_root,
    "Fraction": _fraction,
    "round": _round,
    "sum": _sum,
    "len": _length,
    "str": _text,
    "int": _int,
    "bin": _fixed_base(2),
    "oct": _fixed_base(8),
    "hex": _fixed_base(16),
    "tobase": _to_base,
    "frombase": _from_base,
    "chr": _character,
    "ord": _code_point,
    "upper": _upper,
    "digits": _digits,
    "range": _range,
    "list": _list,
    "sorted": _sorted,
}
