"""Online calibration: pretest items on the scale of the operational items they were seeded among.

"fixed_theta": θ estimates are taken as known and each item is fitted to them (method A, Stocking 1988).
Quick, but slopes come out smaller by about the reliability of θ: use it for a first look.
"one_cycle": the posterior of θ comes from the operational items alone, and one M-step fits the pretest items
to it (one EM cycle, Wainer & Mislevy 1990). No pretest item can disturb the others; slopes shrink likewise.
"multiple_cycles": EM goes on with posteriors from all responses until it converges, operational items fixed
(multiple EM cycles, Ban et al. 2001; with the population estimated in every cycle, Kim 2006). Consistent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike

from psychometrics.arrays import FloatArray, IntArray
from psychometrics.calibration.estimation import calibrate
from psychometrics.calibration.fixed_theta import fitted_to_theta
from psychometrics.calibration.item_models import PlacedFamily
from psychometrics.calibration.one_cycle import fitted_to_posterior
from psychometrics.calibration.plan import Anchors, CalibrationPlan, Model
from psychometrics.calibration.preparation import prepare
from psychometrics.calibration.pretest_fit import PretestFit
from psychometrics.calibration.result import ItemStandardErrors, LatentGroup
from psychometrics.errors import InvalidParameters
from psychometrics.item_collections import ItemCollection
from psychometrics.responses import ResponseMatrix

PretestMethod = Literal["fixed_theta", "one_cycle", "multiple_cycles"]


@dataclass(frozen=True, eq=False)
class PretestCalibration:
    """K pretest items on the operational scale; ``columns`` (K,) are theirs in the response matrix.

    ``responses`` (K,) is how many each had. ``groups`` is the population that the posteriors started from,
    empty if θ was fixed. Standard errors leave out the error in θ if θ was fixed, are of the sandwich type
    after one cycle, and come from the observed information after several. All take the operational items as
    known. ``converged`` is False whenever an item has no maximum; ``message`` then says what to do.
    """

    method: PretestMethod
    columns: IntArray
    models: tuple[Model, ...]
    items: ItemCollection
    standard_errors: ItemStandardErrors
    responses: IntArray
    groups: tuple[LatentGroup, ...]
    converged: bool
    message: str


def calibrate_pretest(
    responses: ResponseMatrix | ArrayLike,
    operational: Anchors,
    *,
    model: Model | Sequence[Model] = "2pl",
    method: PretestMethod = "multiple_cycles",
    theta: ArrayLike | None = None,
    plan: CalibrationPlan | None = None,
) -> PretestCalibration:
    """Calibrate the columns of responses (N, J) that are not ``operational`` on the scale of those that are.

    ``model`` is one for all or one for each column; operational columns only need one with their number of
    scores. "fixed_theta" needs ``theta`` (N,), the live estimates, NaN for examinees to leave out. The plan's
    priors, weights, groups and covariates hold as in :func:`calibrate`; unless its population is "standard",
    means and standard deviations of θ are estimated, as candidates who come today need.

    Raises InvalidParameters, InvalidResponses, and NotEstimable naming the items that cannot be estimated.
    """
    settings = replace(_checked(plan or CalibrationPlan(), method, theta), anchors=operational)
    if theta is not None:
        settings, theta = _without_unknown(settings, theta)
    ready = prepare(responses, model, settings)
    columns = np.setdiff1d(np.arange(ready.matrix.items), operational.positions)
    if not len(columns) or not len(operational.positions):
        raise InvalidParameters("Online calibration needs operational and pretest items.")
    if method == "multiple_cycles":
        result = calibrate(responses, model=model, plan=settings)
        fit = PretestFit(
            result.items, result.standard_errors, result.groups, result.converged, result.message
        )
    else:
        _refuse_shared(ready.items.placed)
        fit = fitted_to_posterior(ready) if theta is None else fitted_to_theta(ready, theta)
    counted = np.add.reduceat(ready.observed, ready.items.rows.lowest)
    return PretestCalibration(
        method,
        columns,
        tuple(ready.models[column] for column in columns),
        fit.items.take(columns),
        fit.standard_errors.take(columns),
        np.asarray(counted[columns]),
        fit.groups,
        fit.converged,
        fit.message,
    )


def _checked(plan: CalibrationPlan, method: PretestMethod, theta: ArrayLike | None) -> CalibrationPlan:
    if method not in get_args(PretestMethod):
        raise InvalidParameters(f"Unknown method {method!r}; choose one of {get_args(PretestMethod)}.")
    if plan.anchors is not None:
        raise InvalidParameters("Give the operational items themselves: the plan must not have anchors too.")
    if (theta is not None) != (method == "fixed_theta"):
        raise InvalidParameters("Estimates of theta belong to the method fixed_theta, which needs them.")
    return plan


def _without_unknown(plan: CalibrationPlan, theta: ArrayLike) -> tuple[CalibrationPlan, FloatArray]:
    """The plan with weight zero for examinees without an estimate, and the estimates of those in use."""
    known = np.asarray(theta, dtype=np.float64)
    weights = np.ones(known.shape) if plan.weights is None else np.asarray(plan.weights, dtype=np.float64)
    if known.ndim != 1 or weights.shape != known.shape:
        raise InvalidParameters("Theta and weights must be one number for each examinee.")
    weights = np.where(np.isfinite(known), weights, 0.0)
    return replace(plan, weights=weights), known[weights > 0]


def _refuse_shared(placed: Sequence[PlacedFamily]) -> None:
    for place in placed:
        if place.family.shared:
            raise InvalidParameters(
                f"Items of the {place.family.model} model share parameters: use multiple_cycles."
            )
