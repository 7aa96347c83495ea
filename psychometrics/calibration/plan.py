"""What a calibration is asked to do: model, grid, priors, tolerances."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, get_args

from psychometrics.errors import InvalidParameters
from psychometrics.quadrature import Quadrature

Model = Literal["rasch", "1pl", "2pl", "3pl"]
MODELS: tuple[Model, ...] = get_args(Model)

StandardErrorMethod = Literal["auto", "observed", "cross_product", "item_blocks", "none"]


@dataclass(frozen=True)
class NormalPrior:
    """Normal density with ``mean`` and ``standard_deviation`` on the scale of the quantity it is put on."""

    mean: float
    standard_deviation: float

    def __post_init__(self) -> None:
        if not (self.standard_deviation > 0 and abs(self.mean) < float("inf")):
            raise InvalidParameters("A prior needs a finite mean and a positive standard deviation.")


@dataclass(frozen=True)
class Priors:
    """Optional normal priors. The estimate is the mode in the named scale (no Jacobian is added).

    ``log_discrimination`` keeps discriminations positive, ``difficulty`` is on the θ scale and
    ``logit_guessing`` on log(c / (1 − c)).
    """

    log_discrimination: NormalPrior | None = None
    difficulty: NormalPrior | None = None
    logit_guessing: NormalPrior | None = None


DEFAULT_GUESSING_PRIOR = NormalPrior(-1.1, 0.5)
"""Median 0.25, 95 % between 0.11 and 0.47: four-choice items."""


@dataclass(frozen=True)
class CalibrationPlan:
    """Settings of one calibration.

    ``quadrature`` is the N(0, 1) grid. ``tolerance`` bounds the estimated distance of every slope and
    intercept from the maximum; ``gradient_tolerance`` bounds the gradient in units of standard errors.
    ``iteration_limit`` counts passes over the data. ``item_names`` are used in messages only.
    """

    quadrature: Quadrature = field(default_factory=Quadrature.equal_spaced)
    priors: Priors = field(default_factory=Priors)
    tolerance: float = 1e-7
    gradient_tolerance: float = 1e-3
    iteration_limit: int = 500
    standard_errors: StandardErrorMethod = "auto"
    item_names: Sequence[str] | None = None

    def __post_init__(self) -> None:
        if not (self.tolerance > 0 and self.gradient_tolerance > 0 and self.iteration_limit >= 1):
            raise InvalidParameters("Tolerances must be positive and the iteration limit at least 1.")
        if self.standard_errors not in get_args(StandardErrorMethod):
            raise InvalidParameters(f"Unknown standard error method {self.standard_errors!r}.")

    def name_of(self, item: int) -> str:
        """Name of the item at this index for messages."""
        return str(item) if self.item_names is None else self.item_names[item]


@dataclass(frozen=True)
class Progress:
    """One pass over the data: its number, the objective reached and the estimated distance to go."""

    iteration: int
    objective: float
    distance: float
