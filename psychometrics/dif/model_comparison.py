"""Differential item functioning by item response models: likelihood-ratio and Wald tests.

Likelihood ratio: Thissen, Steinberg & Wainer (1993). Wald: Lord (1980), with both groups calibrated together
on anchor items as improved by Langer (2008) and Cai, Thissen & du Toit (2011). The groups' means and standard
deviations are free, so different groups do not look like different items.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from psychometrics.arrays import AnyArray, FloatArray, IntArray
from psychometrics.calibration import CalibrationPlan, Model
from psychometrics.dif.effect_classes import SIBTEST_LIMITS, classes_between
from psychometrics.dif.group_calibrations import GroupCalibrations, SplitFit
from psychometrics.dif.groups import Contrast
from psychometrics.dif.mantel import ChiSquared, quadratic_forms
from psychometrics.dif.multiplicity import benjamini_hochberg
from psychometrics.dif.plan import DifPlan
from psychometrics.dif.purification import purified
from psychometrics.errors import InvalidParameters, NotEstimable
from psychometrics.linking.link import Linking
from psychometrics.linking.parameter_tables import ParameterTable
from psychometrics.linking.plan import CommonItems
from psychometrics.responses import ResponseMatrix, as_response_matrix

ComparisonMethod = Literal["likelihood_ratio", "wald"]

Verdict = tuple[float, float, float]
"""Statistic, degrees of freedom and effect of one item."""


@dataclass(frozen=True, eq=False)
class ModelComparisonDif:
    """Results of one contrast, arrays (J,); NaN for items that no group calibration could test.

    ``test`` compares equal with separate parameters of the item. ``effect`` is the expected score of the
    first focal group less that under the reference group's curve, in score points over the focal group's own
    distribution: negative against it. ``classes`` A, B, C by the effect per score point with the limits of
    SIBTEST. ``mean`` and ``standard_deviation`` (G,) of θ are those with all items outside the anchors apart.
    """

    contrast: Contrast
    method: ComparisonMethod
    test: ChiSquared
    effect: FloatArray
    classes: AnyArray
    adjusted: FloatArray
    flagged: AnyArray
    anchors: AnyArray
    mean: FloatArray
    standard_deviation: FloatArray
    rounds: int = 1
    settled: bool = True

    @property
    def p_value(self) -> FloatArray:
        """p-value of the test."""
        return self.test.p_value


@dataclass(frozen=True, eq=False)
class ComparisonPlan:
    """``model`` of all items or of each, the ``method``, flags and anchors by ``dif`` (its matching is not
    used), and the ``calibration`` settings without groups."""

    model: Model | Sequence[Model] = "2pl"
    method: ComparisonMethod = "likelihood_ratio"
    dif: DifPlan | None = None
    calibration: CalibrationPlan | None = None

    def __post_init__(self) -> None:
        if self.method not in ("likelihood_ratio", "wald"):
            raise InvalidParameters(f"Unknown method {self.method!r}; choose likelihood_ratio or wald.")


def model_comparison_dif(
    responses: ResponseMatrix | ArrayLike,
    contrast: Contrast,
    plan: ComparisonPlan | None = None,
    categories: ArrayLike = 2,
) -> ModelComparisonDif:
    """Test the parameters of every item for equality in two or more groups.

    Each item is tested against all other anchors: those of the plan or all items, less the flagged ones when
    purifying. Items outside the anchors are apart in every calibration. Raises InvalidParameters,
    InvalidResponses, and NotEstimable if the groups cannot be calibrated together.
    """
    settings = plan or ComparisonPlan()
    rules = settings.dif or DifPlan()
    matrix = as_response_matrix(responses, categories)
    calibrations = GroupCalibrations.of(matrix, contrast, settings.model, settings.calibration)
    analyse = _analysis(calibrations, settings.method, rules)
    outcome = purified(analyse, rules.first_anchors(matrix.items), rules)
    return replace(outcome.result, rounds=outcome.rounds, settled=outcome.settled)


def lord_test(common: CommonItems, linking: Linking) -> ChiSquared:
    """Lord's χ² of the common items of two separate calibrations after linking (Lord 1980, ch. 14).

    The covariances must be those of the calibrations; the error of the link is left out, as Lord did, so the
    test is somewhat liberal with few common items. Raises InvalidParameters without covariances.
    """
    if common.base_covariance is None or common.new_covariance is None:
        raise InvalidParameters("Lord's test needs the covariances of both calibrations.")
    link = linking.transformation
    base, moved = ParameterTable.of(common.base), ParameterTable.of(link.items(common.new))
    new = ParameterTable.of(common.new)
    gap = np.nan_to_num(moved.values - base.values)
    first = _own_blocks(base.covariance(common.base_covariance, np.asarray(common.base_rows)), gap.shape)
    second = _own_blocks(new.covariance(common.new_covariance, np.asarray(common.new_rows)), gap.shape)
    scale = np.array([_moved_by(name, link.slope) for name in new.names])
    return quadratic_forms(gap, first + second * scale[:, None] * scale)


def _moved_by(name: str, slope: float) -> float:
    if name.startswith("intercept"):
        raise InvalidParameters("Lord's test has no nominal items: their intercepts move with the slopes.")
    if name in ("guessing", "upper_asymptote"):
        return 1.0
    return slope if name.startswith("b") else 1 / slope


def _own_blocks(matrix: FloatArray, shape: tuple[int, ...]) -> FloatArray:
    return np.asarray(np.einsum("jkjl->jkl", matrix.reshape(*shape, *shape)))


def _analysis(
    calibrations: GroupCalibrations, method: ComparisonMethod, plan: DifPlan
) -> Callable[[AnyArray], ModelComparisonDif]:
    test = _likelihood_ratio if method == "likelihood_ratio" else _wald

    def analyse(anchors: AnyArray) -> ModelComparisonDif:
        basis = calibrations.fit(~anchors, "none" if method == "likelihood_ratio" else "auto")
        if basis is None:
            raise NotEstimable("The groups cannot be calibrated together on these anchors.")
        verdicts = [test(calibrations, basis, ~anchors, item) for item in range(len(anchors))]
        statistic, freedom, effect = np.array(verdicts).T
        result = ChiSquared.of(statistic, freedom)
        adjusted = benjamini_hochberg(result.p_value) if plan.adjust else result.p_value
        classes = classes_between(effect / (calibrations.matrix.category_counts - 1), SIBTEST_LIMITS)
        groups = basis.calibration.groups
        return ModelComparisonDif(
            contrast=calibrations.contrast,
            method=method,
            test=result,
            effect=effect,
            classes=classes,
            adjusted=adjusted,
            flagged=plan.flags(adjusted, (classes == "A") | (classes == "")),
            anchors=anchors,
            mean=np.array([group.mean for group in groups]),
            standard_deviation=np.array([group.standard_deviation for group in groups]),
        )

    return analyse


def _likelihood_ratio(
    calibrations: GroupCalibrations, basis: SplitFit, apart: AnyArray, item: int
) -> Verdict:
    """Twice the gain of log-likelihood when the item's parameters are let differ."""
    other = calibrations.fit(_toggled(apart, item), "none")
    if other is None:
        return np.nan, 0.0, np.nan
    free, equal = (basis, other) if apart[item] else (other, basis)
    gain = 2 * (free.calibration.log_likelihood - equal.calibration.log_likelihood)
    freedom = free.calibration.parameters - equal.calibration.parameters
    return max(gain, 0.0), float(freedom), free.difference(item)


def _wald(calibrations: GroupCalibrations, basis: SplitFit, apart: AnyArray, item: int) -> Verdict:
    """Quadratic form of the differences of the item's parameters between each focal group and the first."""
    free = basis if apart[item] else calibrations.fit(_toggled(apart, item), "auto")
    if free is None or free.calibration.covariance is None:
        return np.nan, 0.0, np.nan
    labels, matrix = free.calibration.covariance.labels, free.calibration.covariance.matrix
    table = ParameterTable.of(free.calibration.items)
    place = {label: number for number, label in enumerate(labels)}
    names = [name for name in table.names if (int(free.columns[item, 0]), name) in place]
    gaps, rows = [], []
    for column in free.columns[item, 1:]:
        for name in names:
            first, second = (int(free.columns[item, 0]), name), (int(column), name)
            values = table.values[:, table.names.index(name)]
            gaps.append(values[second[0]] - values[first[0]])
            row = np.zeros(len(labels))
            row[place[second]], row[place[first]] = 1.0, -1.0
            rows.append(row)
    if not rows:
        return np.nan, 0.0, np.nan
    contrast = np.array(rows)
    test = quadratic_forms(np.array([gaps]), (contrast @ matrix @ contrast.T)[None])
    return float(test.statistic[0]), float(test.freedom[0]), free.difference(item)


def _toggled(apart: AnyArray, item: int) -> AnyArray:
    changed: IntArray | AnyArray = apart.copy()
    changed[item] = not changed[item]
    return changed
