"""What every kind of answer key offers, and what judging a response gives."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

from item_bank.errors import InvalidItem
from item_bank.identifiers import Language
from item_bank.interactions.protocol import Interaction, Response

NO_CREDIT = Fraction(0)
FULL_CREDIT = Fraction(1)


@dataclass(frozen=True)
class Remark:
    """Something about a response that a person should know; ``code`` is stable, ``params`` its values."""

    code: str
    params: Mapping[str, str]


@dataclass(frozen=True)
class Judgement:
    """The credit of a response, exactly, from 0 to 1; ``None`` if markers have to judge it."""

    credit: Fraction | None
    remarks: tuple[Remark, ...] = ()


class AnswerKey(Protocol):
    """The expected side of a response, with the rule that turns a response into credit."""

    @property
    def max_score(self) -> int:
        """Points for full credit, at least 1."""

    @property
    def summary(self) -> str:
        """The expected response in one line, for lists and differences."""

    def check(self, interaction: Interaction, languages: tuple[Language, ...]) -> None:
        """Raise ``InvalidItem`` unless the key fits the interaction in every language."""

    def judge(self, response: Response, interaction: Interaction, language: Language) -> Judgement:
        """Return the credit of a canonical response; an empty response is never passed."""

    def to_data(self) -> dict[str, object]:
        """Return JSON-able data."""


def read_max_score(data: Mapping[str, object]) -> int:
    """Return the points for full credit; raises ``InvalidItem``."""
    max_score = data.get("max_score")
    if type(max_score) is not int or max_score < 1:
        raise InvalidItem("item_field", field="max_score", reason="give a whole number from 1")
    return max_score


def read_share(written: object, field: str) -> Fraction:
    """Return an exact share written as “1/3” or “0.5”; raises ``InvalidItem``."""
    try:
        if not isinstance(written, str):
            raise ValueError
        return Fraction(written)
    except (ValueError, ZeroDivisionError):
        raise InvalidItem("item_field", field=field, reason="write a share like 1/2 or 0.25") from None


def misfit(reason: str) -> InvalidItem:
    """Return the refusal of a key that does not fit its interaction."""
    return InvalidItem("item_key_misfit", reason=reason)
