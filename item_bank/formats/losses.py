"""What was not carried from one format to another, and where it stood."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from item_bank.errors import ItemBankError
from item_bank.formats.places import Place
from item_bank.messages import N_

LOSS_SENTENCES: Final[Mapping[str, str]] = {
    # Reading
    "no_place": N_("There is no place for “%(element)s” in the item bank: %(content)s"),
    "markup": N_("The markup “%(element)s” was left out and its text kept."),
    "active_content": N_("“%(element)s” was removed: files from outside may not bring anything that acts."),
    "media_refused": N_("The file “%(element)s” was not taken over: %(reason)s"),
    "media_missing": N_("“%(element)s” refers to a file that did not come along; its words were kept."),
    "assumed": N_("“%(element)s” was read as %(reading)s."),
    "rounded": N_("“%(element)s” was changed from %(before)s to %(after)s."),
    # Writing
    "format_lacks": N_("The format has no place for “%(element)s”."),
    "format_lacks_language": N_("The format holds one language; “%(element)s” was left out."),
    "format_simplifies": N_("“%(element)s” was written as %(reading)s."),
}
"""The sentence of each code; ``element`` is what was lost, as the file or the item bank calls it."""

LONGEST_QUOTE: Final = 200


@dataclass(frozen=True)
class Loss:
    """One element that was not carried, or not as it was.

    ``item`` is the item's name or key, empty for something of the whole file. Raises ``KeyError`` for a code
    that is not in :data:`LOSS_SENTENCES`.
    """

    item: str
    place: Place
    code: str
    element: str
    params: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _ = self.sentence

    @property
    def sentence(self) -> str:
        """What happened, in English."""
        quoted = {key: shortened(value) for key, value in self.params.items()}
        return LOSS_SENTENCES[self.code] % {"element": self.element, **quoted}

    def to_data(self) -> dict[str, object]:
        """Return JSON-able data; the full content of what was lost is among ``params``."""
        return {
            "item": self.item,
            "place": self.place.to_data(),
            "code": self.code,
            "element": self.element,
            "params": dict(self.params),
            "sentence": self.sentence,
        }


@dataclass(frozen=True)
class Problem:
    """Why an item, or a file, was not taken over."""

    item: str
    place: Place
    error: ItemBankError

    @property
    def sentence(self) -> str:
        """The place and what to do, in English."""
        where = str(self.place)
        return f"{where}: {self.error}" if where else str(self.error)

    def to_data(self) -> dict[str, object]:
        return {
            "item": self.item,
            "place": self.place.to_data(),
            "code": self.error.code,
            "params": {key: str(value) for key, value in self.error.params.items()},
            "sentence": self.sentence,
        }


def shortened(text: str, longest: int = LONGEST_QUOTE) -> str:
    """Return ``text`` on one line, cut with an ellipsis."""
    line = " ".join(text.split())
    return line if len(line) <= longest else f"{line[: longest - 1]}…"
