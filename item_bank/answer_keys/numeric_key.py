"""The key of a numeric entry: a value with its tolerance, in exact arithmetic, and a unit if one is due."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from item_bank.answer_keys.protocol import (
    FULL_CREDIT,
    NO_CREDIT,
    Judgement,
    Remark,
    misfit,
    read_max_score,
    read_share,
)
from item_bank.errors import InvalidItem
from item_bank.field_readers import optional_text, read_text
from item_bank.identifiers import Language
from item_bank.interactions.entry import NumericInteraction
from item_bank.interactions.protocol import Interaction, Response, read_flag
from item_bank.quantities import InvalidNumber, number_value
from item_bank.units import converted


@dataclass(frozen=True)
class NumericBand:
    """Values within ``tolerance`` of ``value`` earn ``credit``; numbers are written canonically.

    A ``relative`` tolerance is a share of the value: 0.01 allows 1 percent. Both ends belong to the band.
    Raises ``InvalidItem`` for what is no number or no share.
    """

    value: str
    tolerance: str = "0"
    relative: bool = False
    credit: Fraction = FULL_CREDIT

    def __post_init__(self) -> None:
        for field, written in (("value", self.value), ("tolerance", self.tolerance)):
            try:
                number = number_value(written)
            except InvalidNumber:
                raise InvalidItem(
                    "item_field", field=field, reason="write a number like 2.5 or 1/3"
                ) from None
            if field == "tolerance" and number < 0:
                raise InvalidItem("item_field", field=field, reason="it cannot be negative")
        if not 0 < self.credit <= 1:
            raise InvalidItem("item_field", field="credit", reason="give a share above 0, at most 1")

    def holds(self, number: Fraction) -> bool:
        """Say whether ``number`` is within the tolerance, exactly."""
        value, tolerance = number_value(self.value), number_value(self.tolerance)
        return abs(number - value) <= (tolerance * abs(value) if self.relative else tolerance)

    def to_data(self) -> dict[str, object]:
        return {
            "value": self.value,
            "tolerance": self.tolerance,
            "relative": self.relative,
            "credit": str(self.credit),
        }

    @classmethod
    def from_data(cls, data: Mapping[str, object]) -> "NumericBand":
        """Read back ``to_data``; raises ``InvalidItem``."""
        credit = read_share(data.get("credit"), "credit")
        return cls(
            read_text(data, "value"), read_text(data, "tolerance"), read_flag(data, "relative"), credit
        )


@dataclass(frozen=True)
class NumericKey:
    """The best band that holds the response gives the credit; the first band must give all of it.

    With ``unit``, a response is converted to it before it is compared. The right number without a unit, or
    with a wrong one, earns ``without_unit`` of the credit.
    """

    bands: tuple[NumericBand, ...]
    unit: str | None = None
    without_unit: Fraction = NO_CREDIT
    max_score: int = 1

    @property
    def summary(self) -> str:
        first = self.bands[0]
        tolerance = "" if number_value(first.tolerance) == 0 else f" ± {first.tolerance}"
        percent = " (relative)" if first.relative and tolerance else ""
        return f"{first.value}{tolerance}{percent} {self.unit or ''}".strip()

    def check(self, interaction: Interaction, languages: tuple[Language, ...]) -> None:
        """Raise ``InvalidItem`` unless the bands and the unit fit the interaction."""
        if not isinstance(interaction, NumericInteraction):
            raise misfit("a number is the key of a numeric entry")
        if not self.bands or self.bands[0].credit != FULL_CREDIT:
            raise misfit("the first value must earn full credit")
        if (self.unit is None) != (not interaction.units) or (
            self.unit and self.unit not in interaction.units
        ):
            raise misfit("the unit of the key must be one of the units offered")
        if not 0 <= self.without_unit <= 1:
            raise InvalidItem("item_field", field="without_unit", reason="give a share from 0 to 1")

    def judge(self, response: Response, interaction: Interaction, language: Language) -> Judgement:
        """Return the credit of a number, with or without a unit."""
        number = number_value(response[0])
        if self.unit is None:
            return Judgement(self._credit(number))
        given = response[1] if len(response) > 1 else None
        comparable = None if given is None else converted(number, given, self.unit)
        if comparable is not None and (credit := self._credit(comparable)):
            return Judgement(credit)
        credit = self._credit(number) * self.without_unit
        remark = Remark("unit_missing" if given is None else "unit_wrong", {"unit": given or ""})
        return Judgement(credit, (remark,) if self._credit(number) else ())

    def _credit(self, number: Fraction) -> Fraction:
        return max((band.credit for band in self.bands if band.holds(number)), default=NO_CREDIT)

    def to_data(self) -> dict[str, object]:
        return {
            "bands": [band.to_data() for band in self.bands],
            "unit": self.unit,
            "without_unit": str(self.without_unit),
            "max_score": self.max_score,
        }

    @classmethod
    def from_data(cls, data: Mapping[str, object]) -> "NumericKey":
        """Read back ``to_data``; raises ``InvalidItem``."""
        bands = data.get("bands")
        if not isinstance(bands, list) or not all(isinstance(band, Mapping) for band in bands):
            raise InvalidItem("item_field", field="bands", reason="give a list of values")
        return cls(
            tuple(NumericBand.from_data(band) for band in bands),
            optional_text(data, "unit"),
            read_share(data.get("without_unit"), "without_unit"),
            read_max_score(data),
        )
