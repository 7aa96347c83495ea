"""Names and settings of the selection criteria."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from psychometrics.errors import InvalidParameters

Criterion = Literal[
    "maximum_information",
    "likelihood_weighted_information",
    "posterior_weighted_information",
    "kullback_leibler",
    "posterior_kullback_leibler",
    "minimum_expected_posterior_variance",
    "a_stratified",
    "progressive",
    "proportional",
    "random",
]
CRITERIA: tuple[Criterion, ...] = get_args(Criterion)

RANDOM_CRITERIA: frozenset[Criterion] = frozenset({"progressive", "proportional", "random"})
"""Criteria with chance inside: their first candidate is given, no other draw is made."""


@dataclass(frozen=True)
class SelectionRules:
    """How candidates are ordered.

    ``strata``: number of strata of "a_stratified", used in rising order over the attempt.
    ``acceleration``: power with which "progressive" and "proportional" leave chance behind (1: linearly).
    ``interval``: c of the interval θ̂ ± c/√n over which "kullback_leibler" integrates. Raises
    InvalidParameters.
    """

    criterion: Criterion = "maximum_information"
    strata: int = 4
    acceleration: float = 1.0
    interval: float = 3.0

    def __post_init__(self) -> None:
        if self.criterion not in CRITERIA:
            raise InvalidParameters(
                f"Unknown criterion {self.criterion!r}; choose one of {', '.join(CRITERIA)}."
            )
        if self.strata < 1:
            raise InvalidParameters("a-stratified selection needs at least one stratum.")
        if not (0 <= self.acceleration < float("inf") and 0 < self.interval < float("inf")):
            raise InvalidParameters("Acceleration must not be negative, and the interval must be positive.")
