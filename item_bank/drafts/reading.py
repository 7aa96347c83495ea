"""Reading what was typed, field by field; what cannot be read becomes a problem and a stand-in value.

A reader never stops at the first problem, so that an author mends a form in one pass. Whoever reads must
look at :attr:`DraftReader.problems` before using what was read.
"""

from collections.abc import Collection, Mapping
from fractions import Fraction
from typing import Final

from item_bank.answer_keys.protocol import FULL_CREDIT
from item_bank.drafts.draft import LONGEST_TEXT, DraftProblem, ItemDraft
from item_bank.errors import InvalidItem, ItemBankError
from item_bank.identifiers import Language, OptionId
from item_bank.markup import render
from item_bank.quantities import InvalidNumber, canonical_number, number_value

MOST_POINTS: Final = 1000
_STAND_IN: Final = Fraction(1)


class DraftReader:
    """One reading of a draft."""

    def __init__(self, draft: ItemDraft) -> None:
        self.draft = draft
        self.problems: list[DraftProblem] = []

    @property
    def languages(self) -> tuple[Language, ...]:
        """The languages in which the item is written."""
        return self.draft.used_languages

    def fault(self, field: str, code: str, **params: object) -> None:
        """Add a problem with the sentence of ``code``."""
        self.add(field, InvalidItem(code, **params))

    def add(self, field: str, error: ItemBankError) -> None:
        """Add a problem at a field, the first one of each field only."""
        if all(problem.field != field for problem in self.problems):
            self.problems.append(DraftProblem(field, error))

    def count(self, field: str, lowest: int, highest: int, empty: int | None = None) -> int:
        """Return a whole number within limits; ``empty`` is what an empty field means."""
        written = self.draft.entry(field)
        if not written and empty is not None:
            return empty
        if not written.isascii() or not written.isdecimal() or not lowest <= int(written[:9]) <= highest:
            self.fault(field, "draft_count", lowest=lowest, highest=highest)
            return lowest
        return int(written)

    def points(self) -> int:
        """Return the points for full credit."""
        return self.count("points", 1, MOST_POINTS, empty=1)

    def flag(self, field: str) -> bool:
        """Return whether a box is ticked."""
        return bool(self.draft.entry(field))

    def one_of(self, field: str, known: Collection[str], code: str = "draft_choice") -> str:
        """Return the entry if it is one of the known ones, otherwise an empty text."""
        written = self.draft.entry(field)
        if written in known:
            return written
        self.fault(field, code)
        return ""

    def number(self, field: str) -> str:
        """Return a number in its canonical writing."""
        try:
            return canonical_number(self.draft.entry(field))
        except InvalidNumber:
            self.fault(field, "draft_number")
            return "1"

    def share(self, field: str, empty: Fraction = FULL_CREDIT) -> Fraction:
        """Return a share from 0 to 1, written as 1/2, 0,5 or 50 %."""
        found = self._fraction(field, empty)
        if found is None or not 0 <= found <= 1:
            self.fault(field, "draft_share")
            return _STAND_IN
        return found

    def weights(self, fields: Mapping[str, str]) -> dict[str, Fraction]:
        """Return the weights of parts by name: ``fields`` says where each is written; empty has none."""
        found: dict[str, Fraction] = {}
        for part, field in fields.items():
            weight = self._fraction(field, None) if self.draft.entry(field) else _STAND_IN
            if weight is None:
                self.fault(field, "draft_weight")
            elif self.draft.entry(field):
                found[part] = weight
        return found

    def text(self, field: str, written: str) -> None:
        """Note what is wrong with a text that candidates or markers will read."""
        if not written.strip():
            self.fault(field, "draft_text_missing")
        elif len(written) > LONGEST_TEXT:
            self.fault(field, "draft_text_long", most=LONGEST_TEXT)
        else:
            try:
                render(written)
            except ItemBankError as error:
                self.add(field, error)

    def used(self, name: str, fewest: int, code: str) -> tuple[OptionId, ...]:
        """Return the options of a list that are written in some language, at least ``fewest`` of them."""
        found = self.draft.used(name)
        if len(found) < fewest:
            listed = [option for option in self.draft.listed(name) if option not in found]
            language = (self.languages or ("ky",))[0]
            self.fault(f"{language}.option.{listed[0]}" if listed else f"list.{name}", code)
        return found

    def _fraction(self, field: str, empty: Fraction | None) -> Fraction | None:
        written = self.draft.entry(field)
        if not written:
            return empty
        percent = written.endswith("%")
        try:
            found = number_value(canonical_number(written.removesuffix("%")))
        except InvalidNumber:
            return None
        return found / 100 if percent else found
