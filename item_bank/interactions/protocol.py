"""What every kind of interaction offers to delivery, scoring and interchange, and how raw responses are read.

A response in its canonical form is a tuple of short texts, whatever the kind: identifiers of options; pairs
of identifiers joined by one space (row and column, gap and option); a number, with its unit if one was
asked for; a text. An empty tuple withdraws the response. Identifiers never name a position on the screen,
so that a response means the same under every order of options.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import ClassVar, Final, Protocol, TypeAlias

from item_bank.errors import InvalidItem, InvalidResponse
from item_bank.identifiers import OptionId
from item_bank.seeded_order import SeededStream

Response: TypeAlias = tuple[str, ...]
IDENTIFIER: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,31}")


class Interaction(Protocol):
    """What delivery, scoring and interchange need from any kind of interaction."""

    kind: ClassVar[str]

    @property
    def option_ids(self) -> tuple[OptionId, ...]:
        """Identifiers of all that is written once per language (options, rows, columns, regions), in the
        author's order."""

    @property
    def gap_ids(self) -> tuple[OptionId, ...]:
        """Identifiers of the gaps that the stem must hold in every language, in their order."""

    def parse_response(self, raw: object) -> Response:
        """Return the canonical response; raises ``InvalidResponse``."""

    def option_order(self, seed: int, ordinal: int) -> tuple[OptionId, ...]:
        """Return the order in which the options are shown at presentation ``ordinal`` (from 1)."""

    def to_data(self) -> dict[str, object]:
        """Return JSON-able data that ``interaction_from_data`` reads back."""


class NoGaps:
    """An interaction that stands below the stem."""

    @property
    def gap_ids(self) -> tuple[OptionId, ...]:
        return ()


def shown_order(
    options: Sequence[OptionId], seed: int, ordinal: int, *, shuffle: bool = True
) -> tuple[OptionId, ...]:
    """Return a permutation fixed by the attempt's ``seed`` and the presentation ``ordinal``, or the author's
    order without ``shuffle``."""
    if not shuffle:
        return tuple(options)
    return tuple(SeededStream(seed, "option order", ordinal).shuffled(options))


def check_identifiers(field: str, found: Sequence[str], fewest: int) -> None:
    """Raise ``InvalidItem`` unless ``found`` holds at least ``fewest`` different identifiers."""
    if len(found) < fewest or len(set(found)) != len(found):
        words = {1: "one", 2: "two"}
        raise InvalidItem(
            "item_field", field=field, reason=f"give at least {words[fewest]} different {field}"
        )
    for identifier in found:
        if not IDENTIFIER.fullmatch(identifier):
            raise InvalidItem("item_identifier", identifier=identifier[:40])


def read_identifiers(data: Mapping[str, object], field: str) -> tuple[OptionId, ...]:
    """Return the list of identifiers in ``field``; raises ``InvalidItem``."""
    found = data.get(field)
    if not isinstance(found, list) or not all(isinstance(option, str) for option in found):
        raise InvalidItem("item_field", field=field, reason="give a list of identifiers")
    return tuple(OptionId(option) for option in found)


def read_flag(data: Mapping[str, object], field: str) -> bool:
    """Return the truth value in ``field``; raises ``InvalidItem``."""
    value = data.get(field)
    if not isinstance(value, bool):
        raise InvalidItem("item_field", field=field, reason="give true or false")
    return value


def read_count(data: Mapping[str, object], field: str, lowest: int = 0) -> int:
    """Return the whole number in ``field``, at least ``lowest``; raises ``InvalidItem``."""
    value = data.get(field)
    if type(value) is not int or value < lowest:
        raise InvalidItem("item_field", field=field, reason=f"give a whole number from {lowest}")
    return value


def response_texts(raw: object) -> tuple[str, ...]:
    """Return a raw response as texts; raises ``InvalidResponse`` unless it is a list of texts."""
    if not isinstance(raw, (list, tuple)) or not all(isinstance(part, str) for part in raw):
        raise InvalidResponse("response_form")
    return tuple(raw)


def chosen_options(raw: object, known: Sequence[OptionId], most: int) -> Response:
    """Return the chosen options in the author's order; ``most`` is 0 without a limit.

    Raises ``InvalidResponse`` for unknown options and for too many.
    """
    chosen = response_texts(raw)
    for option in chosen:
        if option not in known:
            raise InvalidResponse("response_unknown_option", option=option[:20])
    if most and len(set(chosen)) > most:
        raise InvalidResponse("response_too_many", most=most)
    return tuple(option for option in known if option in chosen)


def chosen_pairs(raw: object, first: Iterable[OptionId], second: Iterable[OptionId]) -> list[tuple[str, str]]:
    """Return the pairs of a raw response; raises ``InvalidResponse`` unless each joins ``first`` and
    ``second`` by one space."""
    known_first, known_second = frozenset(first), frozenset(second)
    pairs: dict[tuple[str, str], None] = {}
    for written in response_texts(raw):
        parts = written.split(" ")
        if len(parts) != 2:
            raise InvalidResponse("response_pair", pair=written[:40])
        for part, known in zip(parts, (known_first, known_second), strict=True):
            if part not in known:
                raise InvalidResponse("response_unknown_option", option=part[:20])
        pairs[parts[0], parts[1]] = None
    return list(pairs)


def check_uses(used: Sequence[str], most: int) -> None:
    """Raise ``InvalidResponse`` if an option occurs in ``used`` more than ``most`` times (0: no limit)."""
    for option in dict.fromkeys(used):
        if most and used.count(option) > most:
            raise InvalidResponse("response_uses", option=option, most=most)
