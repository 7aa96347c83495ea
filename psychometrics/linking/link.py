"""Putting a new calibration on the scale of an old one through their common items."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from psychometrics.arrays import AnyArray, FloatArray
from psychometrics.errors import InvalidParameters, NotEstimable
from psychometrics.item_collections import ItemCollection
from psychometrics.linking.anchor_checks import AnchorChecks, check_anchors
from psychometrics.linking.characteristic_curves import CurveCriterion
from psychometrics.linking.moments import mean_mean, mean_sigma, moment_gradient
from psychometrics.linking.parameter_tables import LabelledCovariance, ParameterTable
from psychometrics.linking.plan import AnchorRule, CommonItems, LinkingPlan
from psychometrics.linking.transformation import ScaleTransformation

FEWEST_ANCHORS = 2


@dataclass(frozen=True, eq=False)
class Linking:
    """The link of two scales.

    ``covariance`` (2, 2) is that of slope and intercept from the covariances of the calibrations (NaN if none
    were given). ``kept`` (J,) is the mask of the common items used, ``removed`` the reasons for the others in
    the order they left, ``checks`` the measures of all of them.
    """

    transformation: ScaleTransformation
    covariance: FloatArray
    plan: LinkingPlan
    kept: AnyArray
    removed: dict[int, str]
    checks: AnchorChecks

    @property
    def slope_error(self) -> float:
        """Standard error of the slope."""
        return float(np.sqrt(self.covariance[0, 0]))

    @property
    def intercept_error(self) -> float:
        """Standard error of the intercept."""
        return float(np.sqrt(self.covariance[1, 1]))

    def theta_error(self, theta: FloatArray) -> FloatArray:
        """Standard error that the link alone gives to θ (N,) of the new scale moved to the base scale."""
        direction = np.stack([np.asarray(theta, dtype=np.float64), np.ones(len(theta))], axis=1)
        return np.asarray(np.sqrt(np.einsum("np,pr,nr->n", direction, self.covariance, direction)))


def link_scales(common: CommonItems, plan: LinkingPlan | None = None) -> Linking:
    """Link the new scale to the base scale, leaving out common items that have drifted.

    Raises InvalidParameters, and NotEstimable if the common items determine no link.
    """
    settings = plan or LinkingPlan()
    if len(common) < FEWEST_ANCHORS:
        raise InvalidParameters("Linking needs two or more common items.")
    kept, removed = np.ones(len(common), dtype=bool), dict[int, str]()
    while True:
        link = transformation_of(common.take(np.flatnonzero(kept)), settings)
        checks = check_anchors(common, link, kept, settings.base_quadrature)
        worst = _worst(checks, kept, settings.anchor_rule)
        if worst is None:
            break
        kept[worst[0]] = False
        removed[worst[0]] = worst[1]
    used = common.take(np.flatnonzero(kept))
    return Linking(link, _covariance(used, link, settings), settings, kept, removed, checks)


def anchor_influence(common: CommonItems, linking: Linking) -> FloatArray:
    """Root mean square change of θ in the new population when one kept item is left out of the link, (J,).

    NaN for items that are not in the link and where no link remains without the item.
    """
    kept, grid = np.flatnonzero(linking.kept), linking.plan.new_quadrature
    result = np.full(len(common), np.nan)
    for item in kept if len(kept) > FEWEST_ANCHORS else ():
        try:
            other = transformation_of(common.take(kept[kept != item]), linking.plan)
        except NotEstimable:
            continue
        change = other.theta(grid.nodes) - linking.transformation.theta(grid.nodes)
        result[item] = np.sqrt(grid.weights @ change**2)
    return result


def transformation_of(common: CommonItems, plan: LinkingPlan) -> ScaleTransformation:
    """The link by all of the given items."""
    base, new = ParameterTable.of(common.base), ParameterTable.of(common.new)
    if plan.method == "mean_mean":
        return mean_mean(base, new)
    if plan.method == "mean_sigma":
        return mean_sigma(base, new)
    return CurveCriterion(common, plan).minimized(_start(base, new))[0]


def bootstrap_covariance(
    common: CommonItems, plan: LinkingPlan, *, draws: int = 500, seed: int = 0
) -> FloatArray:
    """Covariance (2, 2) of slope and intercept when the parameters vary as their covariances say.

    Parametric bootstrap: parameters are drawn around the estimates and the link is made anew with the same
    items. Draws that are no valid parameters (crossing thresholds) are drawn again. Raises InvalidParameters
    if no covariance is given or hardly any draw is valid.
    """
    if common.base_covariance is None and common.new_covariance is None:
        raise InvalidParameters("A bootstrap of the link needs the covariance of a calibration.")
    rng = np.random.default_rng(seed)
    found: list[tuple[float, float]] = []
    for _ in range(4 * draws):
        if len(found) == draws:
            break
        try:
            link = transformation_of(_drawn(common, rng), plan)
        except (InvalidParameters, NotEstimable):
            continue
        found.append((link.slope, link.intercept))
    if len(found) < draws:
        raise InvalidParameters("The covariances are too wide: most drawn parameters are impossible.")
    return np.asarray(np.cov(np.array(found).T))


def _drawn(common: CommonItems, rng: np.random.Generator) -> CommonItems:
    moved = []
    for side in ("base", "new"):
        items, labelled, rows = _side(common, side)
        table = ParameterTable.of(items)
        covariance = table.covariance(labelled, rows)
        values = table.values.ravel() + rng.multivariate_normal(
            np.zeros(table.values.size), covariance, method="eigh", check_valid="ignore"
        )
        moved.append(ParameterTable(table.names, values.reshape(table.values.shape)).rebuilt(items))
    return CommonItems(moved[0], moved[1])


def _side(common: CommonItems, side: str) -> tuple[ItemCollection, LabelledCovariance | None, AnyArray]:
    return getattr(common, side), getattr(common, f"{side}_covariance"), getattr(common, f"{side}_rows")


def _start(base: ParameterTable, new: ParameterTable) -> ScaleTransformation:
    try:
        return mean_sigma(base, new)
    except NotEstimable:
        return ScaleTransformation()


def _worst(checks: AnchorChecks, kept: AnyArray, rule: AnchorRule | None) -> tuple[int, str] | None:
    """The kept item furthest beyond the rule and the reason; None if none is or too few would remain."""
    if rule is None or kept.sum() - 1 < max(FEWEST_ANCHORS, rule.smallest_share * len(kept)):
        return None
    reasons = {item: reason for item, reason in checks.reasons(rule).items() if kept[item]}
    if not reasons:
        return None
    severity = checks.severity(rule)
    worst = max(reasons, key=lambda item: (severity[item], -item))
    return worst, reasons[worst]


def _covariance(common: CommonItems, link: ScaleTransformation, plan: LinkingPlan) -> FloatArray:
    """Delta method (Ogasawara 2000, 2001); calibrations of different examinees are independent."""
    if common.base_covariance is None and common.new_covariance is None:
        return np.full((2, 2), np.nan)
    base, new = ParameterTable.of(common.base), ParameterTable.of(common.new)
    if plan.method in ("mean_mean", "mean_sigma"):
        change = moment_gradient(base, new, plan.method)
    else:
        change = CurveCriterion(common, plan).sensitivity(link)
    half, total = base.values.size, np.zeros((2, 2))
    for part, table, side in ((change[:, :half], base, "base"), (change[:, half:], new, "new")):
        _, labelled, rows = _side(common, side)
        total += part @ table.covariance(labelled, rows) @ part.T
    return total
