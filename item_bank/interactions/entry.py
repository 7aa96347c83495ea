"""Writing the answer: a number, with a unit where one is asked for; a short text; a long one."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Final

from item_bank.errors import InvalidItem, InvalidResponse
from item_bank.identifiers import OptionId
from item_bank.interactions.protocol import NoGaps, Response, read_count, response_texts
from item_bank.quantities import InvalidNumber, canonical_number, split_unit
from item_bank.units import find_unit, same_dimension

LONGEST_NUMBER: Final = 60
LONGEST_SHORT_TEXT: Final = 500
LONGEST_EXTENDED_TEXT: Final = 50_000


class _NoOptions(NoGaps):
    """Nothing to choose from, so nothing to order."""

    @property
    def option_ids(self) -> tuple[OptionId, ...]:
        return ()

    def option_order(self, seed: int, ordinal: int) -> tuple[OptionId, ...]:
        return ()


@dataclass(frozen=True)
class NumericInteraction(_NoOptions):
    """Write a number; with ``units`` (codes of one dimension) the unit belongs to the answer."""

    kind: ClassVar[str] = "numeric"
    units: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for unit in self.units:
            if find_unit(unit) is None:
                raise InvalidItem("item_field", field="units", reason=f"the unit “{unit}” is not known")
        if not same_dimension(self.units):
            raise InvalidItem("item_field", field="units", reason="give units of the same quantity")

    def parse_response(self, raw: object) -> Response:
        """Accept a number, with decimal comma or point; its unit follows in the same text or as the next.

        The canonical form has a decimal point, no grouping, and the unit's code.
        """
        given = tuple(part.strip() for part in response_texts(raw))
        if not any(given):
            return ()
        if len(given) > 2 or len(given[0]) > LONGEST_NUMBER:
            raise InvalidResponse("response_number", number=given[0][:20])
        number, unit = split_unit(given[0]) if len(given) == 1 else given
        try:
            canonical = canonical_number(number)
        except InvalidNumber:
            raise InvalidResponse("response_number", number=given[0][:20]) from None
        return (canonical, self._unit_code(unit)) if unit else (canonical,)

    def _unit_code(self, written: str) -> str:
        found = find_unit(written)
        if found is None or not self.units:
            raise InvalidResponse("response_unit", unit=written[:20])
        return found.code

    def to_data(self) -> dict[str, object]:
        return {"kind": self.kind, "units": list(self.units)}

    @classmethod
    def from_data(cls, data: Mapping[str, object]) -> "NumericInteraction":
        """Read back ``to_data``; raises ``InvalidItem``."""
        units = data.get("units")
        if not isinstance(units, list) or not all(isinstance(unit, str) for unit in units):
            raise InvalidItem("item_field", field="units", reason="give a list of units")
        return cls(tuple(units))


@dataclass(frozen=True)
class ShortTextInteraction(_NoOptions):
    """Write a word or a few, up to ``max_length`` characters."""

    kind: ClassVar[str] = "short_text"
    max_length: int = 100

    def __post_init__(self) -> None:
        _check_length(self.max_length, LONGEST_SHORT_TEXT)

    def parse_response(self, raw: object) -> Response:
        """Accept a list of one text; white space around it does not count."""
        return _one_text(raw, self.max_length)

    def to_data(self) -> dict[str, object]:
        return {"kind": self.kind, "max_length": self.max_length}

    @classmethod
    def from_data(cls, data: Mapping[str, object]) -> "ShortTextInteraction":
        """Read back ``to_data``; raises ``InvalidItem``."""
        return cls(read_count(data, "max_length", 1))


@dataclass(frozen=True)
class ExtendedTextInteraction(_NoOptions):
    """Write a text of up to ``max_length`` characters, which two markers judge by a rubric."""

    kind: ClassVar[str] = "extended_text"
    max_length: int = 10_000

    def __post_init__(self) -> None:
        _check_length(self.max_length, LONGEST_EXTENDED_TEXT)

    def parse_response(self, raw: object) -> Response:
        """Accept a list of one text; white space around it does not count."""
        return _one_text(raw, self.max_length)

    def to_data(self) -> dict[str, object]:
        return {"kind": self.kind, "max_length": self.max_length}

    @classmethod
    def from_data(cls, data: Mapping[str, object]) -> "ExtendedTextInteraction":
        """Read back ``to_data``; raises ``InvalidItem``."""
        return cls(read_count(data, "max_length", 1))


def _check_length(length: int, longest: int) -> None:
    if not 1 <= length <= longest:
        raise InvalidItem("item_field", field="max_length", reason=f"give a number from 1 to {longest}")


def _one_text(raw: object, longest: int) -> Response:
    given = response_texts(raw)
    if len(given) > 1:
        raise InvalidResponse("response_form")
    text = given[0].strip() if given else ""
    if len(text) > longest:
        raise InvalidResponse("response_long", most=longest)
    return (text,) if text else ()
