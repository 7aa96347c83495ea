"""What every kind of item says about its form: how it begins, and what it makes of the entries."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from item_bank.answer_keys import AnswerKey
from item_bank.drafts.reading import DraftReader
from item_bank.identifiers import Language, OptionId
from item_bank.interactions import Interaction

Pair: TypeAlias = tuple[Interaction, AnswerKey]


MEMBER: Final = "*"
"""As the prefix of a family of lists: the name of the list itself, as in ``g1_1``."""


@dataclass(frozen=True)
class Fields:
    """The lists and entries that a form begins with."""

    lists: Mapping[str, tuple[OptionId, ...]] = field(default_factory=dict)
    entries: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class KindForm:
    """The form of one kind of interaction.

    ``begin`` gives the fields of an interaction with its key, ``blank`` those of a new item. ``interaction``
    reads the interaction of a draft: ``None`` where there is too little for one, with stand-ins where the
    reader found problems. ``key`` reads the key of that interaction, usable only without problems.
    ``letters`` is the prefix of new identifiers in each list, ``gap.*`` standing for a family of lists; an
    empty prefix counts a, b, c. ``text_lists`` are those whose members are written per language.
    """

    kind: str
    begin: Callable[[Interaction, AnswerKey], Fields]
    blank: Callable[[], Fields]
    interaction: Callable[[DraftReader], Interaction | None]
    key: Callable[[DraftReader, Any], AnswerKey]
    letters: Mapping[str, str]
    text_lists: tuple[str, ...] = ("options",)

    def prefix(self, name: str) -> str | None:
        """Return the prefix of new identifiers in a list, or ``None`` if the kind has no such list."""
        if name in self.letters:
            return self.letters[name]
        family, _, member = name.partition(".")
        found = self.letters.get(f"{family}.*")
        return f"{member}_" if found == MEMBER else found


def ids(written: str) -> tuple[OptionId, ...]:
    """Return identifiers written in one text."""
    return tuple(OptionId(part) for part in written.split())


def ticked(value: object) -> str:
    """Return the entry of a box."""
    return "1" if value else ""


def in_language(language: Language, part: str, *names: str) -> str:
    """Return the name of a field in one language."""
    return ".".join((language, part, *names))
