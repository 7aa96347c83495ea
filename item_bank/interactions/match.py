"""Joining what belongs together: rows with columns (a true/false table too), or options of one set."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from item_bank.errors import InvalidItem, InvalidResponse
from item_bank.identifiers import OptionId
from item_bank.interactions.protocol import (
    NoGaps,
    Response,
    check_identifiers,
    check_uses,
    chosen_pairs,
    read_count,
    read_flag,
    read_identifiers,
    shown_order,
)


@dataclass(frozen=True)
class MatchInteraction(NoGaps):
    """Join rows with columns: at most ``per_row`` columns to a row and ``per_column`` rows to a column
    (0: no limit). A true/false table has the columns “true” and “false” and ``per_row`` 1.
    """

    kind: ClassVar[str] = "match"
    rows: tuple[OptionId, ...]
    columns: tuple[OptionId, ...]
    per_row: int = 1
    per_column: int = 0
    shuffle: bool = True

    def __post_init__(self) -> None:
        check_identifiers("rows", self.rows, 1)
        check_identifiers("columns", self.columns, 2)
        check_identifiers("options", self.option_ids, 2)

    @property
    def option_ids(self) -> tuple[OptionId, ...]:
        """Rows, then columns."""
        return self.rows + self.columns

    def parse_response(self, raw: object) -> Response:
        """Accept pairs “row column” in any order."""
        pairs = chosen_pairs(raw, self.rows, self.columns)
        check_uses([row for row, _ in pairs], self.per_row)
        check_uses([column for _, column in pairs], self.per_column)
        order = {pair: n for n, pair in enumerate((r, c) for r in self.rows for c in self.columns)}
        return tuple(" ".join(pair) for pair in sorted(pairs, key=lambda pair: order[pair]))  # type: ignore[index]

    def option_order(self, seed: int, ordinal: int) -> tuple[OptionId, ...]:
        """Return the rows, shuffled if wanted, then the columns in the author's order."""
        return shown_order(self.rows, seed, ordinal, shuffle=self.shuffle) + self.columns

    def to_data(self) -> dict[str, object]:
        return {
            "kind": self.kind,
            "rows": list(self.rows),
            "columns": list(self.columns),
            "per_row": self.per_row,
            "per_column": self.per_column,
            "shuffle": self.shuffle,
        }

    @classmethod
    def from_data(cls, data: Mapping[str, object]) -> "MatchInteraction":
        """Read back ``to_data``; raises ``InvalidItem``."""
        return cls(
            read_identifiers(data, "rows"),
            read_identifiers(data, "columns"),
            read_count(data, "per_row"),
            read_count(data, "per_column"),
            read_flag(data, "shuffle"),
        )


@dataclass(frozen=True)
class AssociateInteraction(NoGaps):
    """Join options of one set in pairs without direction; each in at most ``uses`` pairs (0: no limit), at
    most ``max_pairs`` pairs in all (0: no limit)."""

    kind: ClassVar[str] = "associate"
    option_ids: tuple[OptionId, ...]
    uses: int = 1
    max_pairs: int = 0
    shuffle: bool = True

    def __post_init__(self) -> None:
        check_identifiers("options", self.option_ids, 2)
        if self.uses < 0 or self.max_pairs < 0:
            raise InvalidItem("item_field", field="max_pairs", reason="give whole numbers from 0")

    def parse_response(self, raw: object) -> Response:
        """Accept pairs “option option” in any order and either direction."""
        place = {option: n for n, option in enumerate(self.option_ids)}
        pairs = {
            tuple(sorted(pair, key=lambda option: place[OptionId(option)]))
            for pair in chosen_pairs(raw, self.option_ids, self.option_ids)
        }
        if any(first == second for first, second in pairs):
            raise InvalidResponse("response_pair_alike")
        check_uses([option for pair in pairs for option in pair], self.uses)
        if self.max_pairs and len(pairs) > self.max_pairs:
            raise InvalidResponse("response_too_many", most=self.max_pairs)
        ordered = sorted(pairs, key=lambda pair: [place[OptionId(option)] for option in pair])
        return tuple(" ".join(pair) for pair in ordered)

    def option_order(self, seed: int, ordinal: int) -> tuple[OptionId, ...]:
        """Return the shuffled options, or the author's order."""
        return shown_order(self.option_ids, seed, ordinal, shuffle=self.shuffle)

    def to_data(self) -> dict[str, object]:
        return {
            "kind": self.kind,
            "option_ids": list(self.option_ids),
            "uses": self.uses,
            "max_pairs": self.max_pairs,
            "shuffle": self.shuffle,
        }

    @classmethod
    def from_data(cls, data: Mapping[str, object]) -> "AssociateInteraction":
        """Read back ``to_data``; raises ``InvalidItem``."""
        return cls(
            read_identifiers(data, "option_ids"),
            read_count(data, "uses"),
            read_count(data, "max_pairs"),
            read_flag(data, "shuffle"),
        )
