"""Everything that `synak fit` finds out about responses and the item parameters they are compared with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np

from psychometrics import (
    LocalDependence,
    ModelFit,
    NotEstimable,
    PersonFit,
    Quadrature,
    ResponseMatrix,
    benjamini_hochberg,
    cronbach_alpha,
    detect,
    empirical_reliability,
    estimate_ability,
    lz_star,
    marginal_reliability,
    model_fit,
    omega,
    parallel_analysis,
    q3_bootstrap,
    sum_score_reliability,
    yen_q3,
)
from psychometrics.arrays import AnyArray, FloatArray, IntArray
from testing_center.cli.item_findings import LARGEST_TABLE, FitPlan, ItemFindings, item_findings
from testing_center.cli.matched_responses import MatchedResponses

CRITICAL_Q3 = 0.2
"""Christensen, Makransky & Horton (2017)."""
MOST_PAIRED_ITEMS = 1000
"""With more items than this, statistics of all pairs (Q3, M2, omega) are left out."""


@dataclass(frozen=True, eq=False)
class FitFindings:
    """``pairs`` are (item, item, adjusted Q3) above ``critical_q3``; ``notes`` say what was left out and why.

    ``person_p`` (N,) is the p of lz* adjusted for the false discovery rate.
    """

    items: ItemFindings
    model: ModelFit | None
    model_statistic: str
    dependence: LocalDependence | None
    critical_q3: float
    pairs: list[tuple[int, int, float]]
    reliability: dict[str, float]
    dimensions: dict[str, float]
    person_fit: PersonFit
    person_p: AnyArray
    notes: list[str]

    @property
    def unlikely(self) -> AnyArray:
        """Examinees whose pattern is unlikely under the model, (N,) of bool."""
        return np.asarray(self.person_p < self.items.significance)

    @property
    def q3_partner(self) -> IntArray:
        """The item each item shares most with, −1 for none: (J,)."""
        table = self._adjusted
        known = np.isfinite(table).any(axis=1)
        return np.where(known, np.nan_to_num(table, nan=-np.inf).argmax(axis=1), -1)

    @property
    def largest_q3(self) -> FloatArray:
        """Adjusted Q3 with that item, NaN for none: (J,)."""
        partner = self.q3_partner
        return np.where(partner < 0, np.nan, self._adjusted[np.arange(len(partner)), np.maximum(partner, 0)])

    @property
    def _adjusted(self) -> FloatArray:
        count = len(self.items.adjusted)
        return np.full((count, 1), np.nan) if self.dependence is None else self.dependence.adjusted


def fit_findings(matched: MatchedResponses, plan: FitPlan, options: Mapping[str, Any]) -> FitFindings:
    """All of it; ``options`` hold replications, dimensionality, seed. Raises PsychometricError."""
    matrix, items = matched.matrix, matched.items
    rng = np.random.default_rng(options["seed"])
    notes: list[str] = []
    per_item = item_findings(matrix, items, plan)
    if per_item.reason:
        notes.append(per_item.reason)
    paired = len(items) <= MOST_PAIRED_ITEMS and matrix.examinees * len(items) <= LARGEST_TABLE
    if not paired:
        notes.append("There are too many items for statistics of all pairs; Q3, M2 and omega are left out.")
    model = _model(matched, plan, notes) if paired else None
    dependence, critical = None, CRITICAL_Q3
    if paired:
        dependence, critical = _dependence(matched, plan, (options["replications"], rng), notes)
    person_fit = lz_star(matrix, items, method="wle", quadrature=plan.grid, estimates=per_item.estimates)
    return FitFindings(
        items=per_item,
        model=model,
        model_statistic="M2" if int(items.category_counts.max()) == 2 else "C2",
        dependence=dependence,
        critical_q3=critical,
        pairs=dependence.pairs_above(critical) if dependence else [],
        reliability=_reliability(matched, plan.grid, paired),
        dimensions=_dimensions(matrix, rng, notes) if options["dimensionality"] and paired else {},
        person_fit=person_fit,
        person_p=benjamini_hochberg(person_fit.p_value),
        notes=notes,
    )


def _model(matched: MatchedResponses, plan: FitPlan, notes: list[str]) -> ModelFit | None:
    if plan.known:
        notes.append("M2 is left out: it tests parameters that were estimated from these responses.")
        return None
    if "rating_scale" in matched.models:
        notes.append("M2 is left out: it would count the steps that rating-scale items share once per item.")
        return None
    try:
        return model_fit(matched.matrix, matched.items, plan.grid, slopes=plan.slopes)
    except NotEstimable as error:
        notes.append(f"M2 is left out: {error}")
        return None


def _dependence(
    matched: MatchedResponses,
    plan: FitPlan,
    bootstrap: tuple[int, np.random.Generator],
    notes: list[str],
) -> tuple[LocalDependence | None, float]:
    replications, rng = bootstrap
    try:
        if replications == 0:
            return yen_q3(matched.matrix, matched.items, quadrature=plan.grid), CRITICAL_Q3
        found = q3_bootstrap(
            matched.matrix, matched.items, rng, replications=replications, quadrature=plan.grid
        )
    except NotEstimable as error:
        notes.append(f"Q3 is left out: {error}")
        return None, CRITICAL_Q3
    return found.observed, found.critical_value()


def _reliability(matched: MatchedResponses, grid: Quadrature, paired: bool) -> dict[str, float]:
    """Coefficients that these responses allow, by name."""
    matrix, items = matched.matrix, matched.items
    asked: dict[str, Callable[[], float]] = {
        "marginal": lambda: marginal_reliability(items, grid),
        "empirical": lambda: empirical_reliability(estimate_ability(matrix, items, quadrature=grid)),
        "sum_score": lambda: sum_score_reliability(items, grid),
    }
    if paired:
        asked["alpha"] = lambda: cronbach_alpha(matrix.to_array(), pairwise=True).estimate
        asked["omega"] = lambda: omega(matrix).sum_score
    found: dict[str, float] = {}
    for name, coefficient in asked.items():
        with suppress(NotEstimable):
            found[name] = coefficient()
    return found


def _dimensions(matrix: ResponseMatrix, rng: np.random.Generator, notes: list[str]) -> dict[str, float]:
    """Number of dimensions and how far the test is from one, by name."""
    try:
        parallel = parallel_analysis(matrix, rng)
        found = detect(matrix, rng, categories=matrix.category_counts)
    except NotEstimable as error:
        notes.append(f"The number of dimensions is left out: {error}")
        return {}
    return {
        "parallel_analysis": float(parallel.dimensions),
        "first_eigenvalue": float(parallel.eigenvalues[0]),
        "second_eigenvalue": float(parallel.eigenvalues[1]),
        "detect": found.index,
        "assi": found.assi,
        "ratio": found.ratio,
    }
