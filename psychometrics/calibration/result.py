"""Frozen result of a calibration."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field, replace

import numpy as np

from psychometrics.arrays import AnyArray, FloatArray
from psychometrics.calibration.plan import Model
from psychometrics.errors import InvalidParameters
from psychometrics.item_collections import ItemCollection
from psychometrics.response_models import ItemParameters

ITEM_ERRORS = (
    "discrimination",
    "difficulty",
    "guessing",
    "upper_asymptote",
    "thresholds",
    "nominal_slopes",
    "nominal_intercepts",
)


@dataclass(frozen=True, eq=False)
class ItemStandardErrors:
    """Standard errors of the reported parameters; NaN where one is fixed, absent or not estimable.

    ``discrimination``, ``difficulty`` (right–wrong items), ``guessing`` and ``upper_asymptote`` are (J,).
    ``thresholds`` (J, C − 1) are those of graded thresholds and of steps, or of the difficulty of a
    right–wrong item in the first column; ``nominal_slopes`` and ``nominal_intercepts`` (J, C) have NaN for
    the first category, which is fixed at zero. ``latent_standard_deviation`` is the one of σ of the first
    group with a free one.
    ``method`` is "observed", "cross_product", "sandwich", "item_blocks" or "none".
    """

    discrimination: FloatArray
    difficulty: FloatArray
    guessing: FloatArray
    upper_asymptote: FloatArray
    thresholds: FloatArray
    nominal_slopes: FloatArray
    nominal_intercepts: FloatArray
    latent_standard_deviation: float
    method: str

    def take(self, items: AnyArray) -> ItemStandardErrors:
        """Those of the items at these columns, in that order."""
        return replace(self, **{name: getattr(self, name)[items] for name in ITEM_ERRORS})


@dataclass(frozen=True)
class LatentGroup:
    """θ ~ N(``mean``, ``standard_deviation``²) in the group ``label``; errors are NaN where fixed.

    With covariates the mean is the one at covariates of zero and the deviation that of the residual.
    """

    label: Hashable
    examinees: int
    mean: float
    standard_deviation: float
    se_mean: float
    se_standard_deviation: float


@dataclass(frozen=True, eq=False)
class RegressionEstimates:
    """θ = group mean + xβ + e: ``coefficients`` β with ``standard_errors``, each (P,)."""

    names: tuple[str, ...]
    coefficients: FloatArray
    standard_errors: FloatArray


@dataclass(frozen=True, eq=False)
class ParameterCovariance:
    """Covariance ``matrix`` (k, k) of reported parameters; ``labels`` are (item, name) in the same order.

    Names are discrimination, b1, b2, …, guessing, upper_asymptote, slope1, …, intercept1, … and, with item
    −1, those of the population: mean:LABEL, standard_deviation:LABEL, coefficient:NAME.
    """

    labels: tuple[tuple[int, str], ...]
    matrix: FloatArray


@dataclass(frozen=True, eq=False)
class Calibration:
    """Estimates of one calibration run and how they were reached.

    ``items`` is an :class:`ItemParameters` if all items are right–wrong, otherwise the collection of their
    format or :class:`MixedItems`. ``models`` (J,) are their models, ``model`` the common one or "mixed".
    θ is N(0, 1) in the reference group, N(0, σ²) with unit slopes, and free where ``groups`` say so.
    ``log_likelihood`` is marginal and without priors, ``objective`` adds the log priors. ``objective_trace``
    is that of the accepted points and never falls by more than rounding. ``iterations`` counts passes over
    the data; ``seconds`` is estimation alone, without standard errors. ``gradient`` is the largest gradient
    component at the end, in units of standard errors. ``converged`` is False whenever a maximum was not
    shown, and ``message`` then says what to do. ``findings`` name, by item, what the data hardly determine.
    """

    model: Model | str
    models: tuple[Model, ...]
    items: ItemCollection
    standard_errors: ItemStandardErrors
    groups: tuple[LatentGroup, ...]
    regression: RegressionEstimates | None
    examinees: int
    parameters: int
    log_likelihood: float
    objective: float
    objective_trace: FloatArray
    iterations: int
    gradient: float
    converged: bool
    seconds: float
    message: str
    findings: dict[int, str] = field(default_factory=dict)
    covariance: ParameterCovariance | None = None

    @property
    def item_parameters(self) -> ItemParameters:
        """The items as right–wrong items; InvalidParameters if any has more scores."""
        if not isinstance(self.items, ItemParameters):
            raise InvalidParameters("Items with more than two scores have no single difficulty.")
        return self.items

    @property
    def latent_standard_deviation(self) -> float:
        """σ of the first group: 1 unless unit slopes or anchors set the scale."""
        return self.groups[0].standard_deviation

    @property
    def aic(self) -> float:
        """Akaike's criterion −2 log L + 2k."""
        return -2 * self.log_likelihood + 2 * self.parameters

    @property
    def bic(self) -> float:
        """Schwarz's criterion −2 log L + k log N."""
        return -2 * self.log_likelihood + self.parameters * float(np.log(self.examinees))
