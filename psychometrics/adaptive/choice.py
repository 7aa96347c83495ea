"""The record of one choice: what was chosen, and all that explains it, as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, NamedTuple

from psychometrics.adaptive.stopping import StopReason
from psychometrics.errors import InvalidParameters


class Candidate(NamedTuple):
    """An item that could have been chosen and its value by the criterion."""

    item: int
    value: float


@dataclass(frozen=True, slots=True)
class Choice:
    """The next item, or why there is none, with all that explains it.

    ``theta`` and ``standard_error`` are the posterior mean and standard deviation so far. ``candidates`` are
    the items among which the seed drew, best first by ``criterion`` (criteria with chance inside give the
    first), ``value`` that of the item chosen. ``area`` is the content area whose turn it was (None without
    shares), ``area_deficits`` what each area lacked and ``quota_deficits`` what each quota lacks of its
    minimum. ``masks`` counts items out of reach: "used", "family" (enemies of used ones), "excluded" for this
    candidate, "block" (inside a block, or of one that is barred or too long), "content", "stratum" and
    "exposure" (closed by the lottery). ``relaxed`` names rules set aside because they left no item:
    "exposure", then "quotas". ``block`` is the first item of the block being given. ``shadow_test`` lists
    the items of the shadow test still to come. ``category`` counts the cuts below the candidate once
    classified.
    """

    item: int | None
    stop_reason: StopReason | None
    theta: float
    standard_error: float
    criterion: str
    value: float | None
    position: int
    candidates: tuple[Candidate, ...]
    area: str | None
    area_deficits: Mapping[str, float]
    quota_deficits: Mapping[str, float]
    masks: Mapping[str, int]
    relaxed: tuple[str, ...] = ()
    block: int | None = None
    shadow_test: tuple[int, ...] = ()
    category: int | None = None

    def to_data(self) -> dict[str, Any]:
        """The record in plain JSON types; :meth:`from_data` gives an equal one back."""
        data: dict[str, Any] = {part.name: getattr(self, part.name) for part in fields(self)}
        data["candidates"] = [[candidate.item, candidate.value] for candidate in self.candidates]
        for name in ("area_deficits", "quota_deficits", "masks"):
            data[name] = dict(data[name])
        data["relaxed"], data["shadow_test"] = list(self.relaxed), list(self.shadow_test)
        return data

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Choice:
        """The record from :meth:`to_data`. Raises InvalidParameters."""
        try:
            candidates = tuple(Candidate(item, value) for item, value in data["candidates"])
            return cls(
                **{
                    **data,
                    "candidates": candidates,
                    "relaxed": tuple(data["relaxed"]),
                    "shadow_test": tuple(data["shadow_test"]),
                }
            )
        except (KeyError, TypeError, ValueError) as error:
            raise InvalidParameters("These data are not the record of a choice.") from error
