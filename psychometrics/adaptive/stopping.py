"""When an adaptive attempt ends."""

from __future__ import annotations

from dataclasses import dataclass
from math import log
from statistics import NormalDist
from typing import Literal, get_args

from psychometrics.errors import InvalidParameters

StopReason = Literal[
    "standard_error",
    "maximum_length",
    "pool_exhausted",
    "standard_error_change",
    "minimum_information",
    "classified",
]
STOP_REASONS: tuple[StopReason, ...] = get_args(StopReason)

ClassificationMethod = Literal["sprt", "confidence_interval"]


@dataclass(frozen=True)
class Classification:
    """Cuts on θ between categories, and when a candidate's category counts as known.

    "sprt" is Wald's sequential test of θ = cut − δ against θ = cut + δ at every cut (Reckase 1983; several
    cuts: Eggen & Straetmans 2000) with error rates ``alpha`` (placed above although below) and ``beta``; the
    category is known once every cut is decided. "confidence_interval" (Kingsbury & Weiss 1983) knows it once
    the two-sided interval of level ``confidence`` around the interim θ holds no cut. Raises
    InvalidParameters.
    """

    cuts: tuple[float, ...]
    method: ClassificationMethod = "sprt"
    indifference: float = 0.25
    alpha: float = 0.05
    beta: float = 0.05
    confidence: float = 0.95

    def __post_init__(self) -> None:
        object.__setattr__(self, "cuts", tuple(float(cut) for cut in self.cuts))
        if not self.cuts or list(self.cuts) != sorted(set(self.cuts)):
            raise InvalidParameters("A classification needs one or more rising cuts.")
        if self.method not in get_args(ClassificationMethod):
            raise InvalidParameters("The classification method is sprt or confidence_interval.")
        if not self.indifference > 0:
            raise InvalidParameters("The indifference region needs a positive half width.")
        if not (0 < self.alpha < 0.5 and 0 < self.beta < 0.5 and 0 < self.confidence < 1):
            raise InvalidParameters(
                "Error rates must lie between 0 and 0.5, and the confidence between 0 and 1."
            )

    @property
    def bounds(self) -> tuple[float, float]:
        """Wald's bounds on the log likelihood ratio: (decide below, decide above)."""
        return log(self.beta / (1 - self.alpha)), log((1 - self.beta) / self.alpha)

    @property
    def half_width(self) -> float:
        """Half width of the confidence interval in standard errors."""
        return NormalDist().inv_cdf(0.5 + self.confidence / 2)


@dataclass(frozen=True)
class StoppingRules:
    """Stops beside the lengths and the standard error of the plan, from its minimum length on.

    ``standard_error_change``: the last item lowered the standard error by less than this.
    ``minimum_information``: no item in reach has this much Fisher information at the interim θ (Dodd, Koch &
    de Ayala 1989). ``classification``: the category is known. Raises InvalidParameters.
    """

    standard_error_change: float | None = None
    minimum_information: float | None = None
    classification: Classification | None = None

    def __post_init__(self) -> None:
        for limit in (self.standard_error_change, self.minimum_information):
            if limit is not None and not 0 < limit < float("inf"):
                raise InvalidParameters("Stopping limits must be positive numbers.")
