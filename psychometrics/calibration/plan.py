"""What a calibration is asked to do: models, population, priors, grid, tolerances."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike

from psychometrics.arrays import AnyArray
from psychometrics.errors import InvalidParameters
from psychometrics.item_collections import ItemCollection
from psychometrics.quadrature import Quadrature

Model = Literal[
    "rasch", "1pl", "2pl", "3pl", "4pl", "graded", "pcm", "gpcm", "rating_scale", "nominal"
]  # fmt: skip
MODELS: tuple[Model, ...] = get_args(Model)

DICHOTOMOUS_MODELS: frozenset[Model] = frozenset({"rasch", "1pl", "2pl", "3pl", "4pl"})
UNIT_SLOPE_MODELS: frozenset[Model] = frozenset({"rasch", "pcm", "rating_scale"})
"""Models whose slope 1 sets the scale, so that the standard deviation of θ can be estimated."""

StandardErrorMethod = Literal["auto", "observed", "cross_product", "sandwich", "item_blocks", "none"]
Precision = Literal["auto", "single", "double"]
PopulationKind = Literal["auto", "standard"]

SINGLE_PRECISION_TOLERANCE = 1e-5
"""Responses and posteriors of 32 bits move estimates by less than this (see docs/psychometrics)."""


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

    ``log_discrimination`` keeps discriminations positive; ``difficulty`` is on the θ scale and holds for the
    difficulty of right–wrong items and for each threshold or step of the others; ``logit_guessing`` is on
    log(c / (1 − c)) and ``logit_upper_asymptote`` on log(d / (1 − d)); ``nominal_slope`` and
    ``nominal_intercept`` are on those of nominal categories, counted from the first category.
    """

    log_discrimination: NormalPrior | None = None
    difficulty: NormalPrior | None = None
    logit_guessing: NormalPrior | None = None
    logit_upper_asymptote: NormalPrior | None = None
    nominal_slope: NormalPrior | None = None
    nominal_intercept: NormalPrior | None = None


DEFAULT_GUESSING_PRIOR = NormalPrior(-1.1, 0.5)
"""Median 0.25, 95 % between 0.11 and 0.47: four-choice items."""

DEFAULT_UPPER_ASYMPTOTE_PRIOR = NormalPrior(3.0, 0.7)
"""Median 0.95, 95 % between 0.84 and 0.99: few slips."""

SPARSE_BANK_PRIORS = Priors(
    log_discrimination=NormalPrior(0.0, 0.5),
    difficulty=NormalPrior(0.0, 2.0),
    nominal_slope=NormalPrior(0.0, 2.0),
    nominal_intercept=NormalPrior(0.0, 3.0),
)
"""Used when no priors are given and the examinees met less than half of the items on average."""


@dataclass(frozen=True, eq=False)
class Anchors:
    """Items whose parameters stay as they are: ``items`` stand at the columns ``positions`` (A,).

    They set the scale, so the mean and standard deviation of every group become free (fixed item parameter
    calibration, Kim 2006). Raises InvalidParameters.
    """

    positions: AnyArray
    items: ItemCollection

    def __post_init__(self) -> None:
        positions = np.asarray(self.positions)
        if positions.ndim != 1 or positions.dtype.kind not in "iu" or len(positions) != len(self.items):
            raise InvalidParameters("Anchors need one column number for each anchor item.")
        if len(np.unique(positions)) != len(positions) or (positions < 0).any():
            raise InvalidParameters("Columns of anchor items must be different and not negative.")
        object.__setattr__(self, "positions", positions.astype(np.int64))


@dataclass(frozen=True, eq=False)
class CalibrationPlan:
    """Settings of one calibration of N examinees and J items.

    Population: ``groups`` (N,) are labels of populations with means and standard deviations of their own;
    that of ``reference_group`` (the first label met, unless named) is N(0, 1), with a free standard deviation
    when unit slopes set the scale and a free mean too when ``anchors`` do. ``covariates`` (N, P) shift the
    mean of θ linearly (latent regression). ``population`` "standard" keeps N(0, 1) for everybody whatever the
    models. ``weights`` (N,) count examinees, 1 each unless given; zero leaves one out.

    ``priors`` None means none for complete data and ``SPARSE_BANK_PRIORS`` for sparse ones; guessing and the
    upper asymptote always have a prior. ``quadrature`` is the grid with its N(0, 1) weights; None takes 61
    nodes on ±6 and widens them if a group needs it.

    ``tolerance`` bounds the estimated distance of every working parameter (slopes, intercepts, logits) from
    the maximum; ``gradient_tolerance`` bounds the gradient in units of standard errors. ``iteration_limit``
    counts passes over the data. ``precision`` "auto" computes posteriors in 32 bits when ``tolerance`` is
    1e-5 or larger. ``item_names`` are used in messages only. Raises InvalidParameters.
    """

    quadrature: Quadrature | None = None
    priors: Priors | None = None
    tolerance: float = 1e-7
    gradient_tolerance: float = 1e-3
    iteration_limit: int = 500
    standard_errors: StandardErrorMethod = "auto"
    item_names: Sequence[str] | None = None
    groups: Sequence[Hashable] | AnyArray | None = None
    reference_group: Hashable | None = None
    anchors: Anchors | None = None
    covariates: ArrayLike | None = None
    covariate_names: Sequence[str] | None = None
    weights: ArrayLike | None = None
    population: PopulationKind = "auto"
    precision: Precision = "auto"

    def __post_init__(self) -> None:
        if not (self.tolerance > 0 and self.gradient_tolerance > 0 and self.iteration_limit >= 1):
            raise InvalidParameters("Tolerances must be positive and the iteration limit at least 1.")
        for value, allowed in (
            (self.standard_errors, StandardErrorMethod),
            (self.precision, Precision),
            (self.population, PopulationKind),
        ):
            if value not in get_args(allowed):
                raise InvalidParameters(f"Unknown setting {value!r}; choose one of {get_args(allowed)}.")

    @property
    def single_precision(self) -> bool:
        """Whether posteriors are computed in 32 bits."""
        if self.precision == "auto":
            return self.tolerance >= SINGLE_PRECISION_TOLERANCE
        return self.precision == "single"

    def name_of(self, item: int) -> str:
        """Name of the item at this index for messages."""
        return str(item) if self.item_names is None else self.item_names[item]


@dataclass(frozen=True)
class Progress:
    """One pass over the data: its number, the objective reached and the estimated distance to go."""

    iteration: int
    objective: float
    distance: float
