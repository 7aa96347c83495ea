"""What an author notes of an item besides its text: for whom it is, where it comes from, what it promises."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from item_bank.errors import InvalidItem
from item_bank.field_readers import optional_text
from item_bank.identifiers import LANGUAGES, Language
from item_bank.interactions.protocol import read_count

HIGHEST_GRADE: Final = 12
LONGEST_SECONDS: Final = 7200
LONGEST_NOTE: Final = 500
FACTS: Final = ("grade", "seconds", "promised_languages", "enemy_note", "source")


@dataclass(frozen=True)
class ItemFacts:
    """Notes that candidates never see and that do not touch the statistics of an item.

    ``grade`` is the school year whose content is asked for (0: none in particular); ``seconds`` the time an
    author expects (0: not estimated); ``languages`` those that the item promises (empty: all four).
    ``enemy_note`` says with which items it should not meet, ``source`` where the idea or the text is from.
    """

    grade: int = 0
    seconds: int = 0
    languages: tuple[Language, ...] = ()
    enemy_note: str = ""
    source: str = ""

    def __post_init__(self) -> None:
        if self.grade > HIGHEST_GRADE or self.seconds > LONGEST_SECONDS:
            raise InvalidItem("item_field", field="facts", reason="the grade or the time is too large")
        if not set(self.languages) <= set(LANGUAGES):
            raise InvalidItem("item_field", field="facts", reason="a promised language is not known")

    @property
    def summary(self) -> Mapping[str, str]:
        """The facts that are given, each in a line, for lists, differences and reports of loss."""
        written = {
            "grade": str(self.grade or ""),
            "seconds": str(self.seconds or ""),
            "promised_languages": " ".join(self.languages),
            "enemy_note": self.enemy_note,
            "source": self.source,
        }
        return {name: words for name, words in written.items() if words}

    def to_data(self) -> dict[str, object]:
        """Return JSON-able data without what is not given; empty if nothing is."""
        data: dict[str, object] = {
            "grade": self.grade,
            "seconds": self.seconds,
            "languages": list(self.languages),
            "enemy_note": self.enemy_note,
            "source": self.source,
        }
        return {name: value for name, value in data.items() if value}

    @classmethod
    def from_data(cls, data: Mapping[str, object]) -> "ItemFacts":
        """Read back ``to_data``; raises ``InvalidItem``."""
        languages = data.get("languages", [])
        if not isinstance(languages, list) or not all(isinstance(one, str) for one in languages):
            raise InvalidItem("item_field", field="facts", reason="give a list of languages")
        return cls(
            read_count(data, "grade") if "grade" in data else 0,
            read_count(data, "seconds") if "seconds" in data else 0,
            tuple(Language(one) for one in languages),
            optional_text(data, "enemy_note") or "",
            optional_text(data, "source") or "",
        )
