"""Differential item functioning by the Mantel–Haenszel family (Holland & Thayer 1988)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from psychometrics.arrays import AnyArray, FloatArray
from psychometrics.dif.counts import ContrastCells, checked_pair
from psychometrics.dif.effect_classes import ets_classes, polytomous_classes
from psychometrics.dif.groups import Contrast
from psychometrics.dif.mantel import (
    ChiSquared,
    common_odds_ratio,
    generalized_test,
    mantel_test,
    standardized_difference,
)
from psychometrics.dif.multiplicity import benjamini_hochberg
from psychometrics.dif.plan import DifPlan
from psychometrics.dif.purification import purified
from psychometrics.responses import ResponseMatrix, as_response_matrix

DELTA = -2.35
"""Factor from the log odds ratio to the delta scale of ETS."""


@dataclass(frozen=True, eq=False)
class MantelHaenszelDif:
    """Results of one contrast, arrays of shape (J,).

    ``log_odds`` is the common log odds ratio, reference over focal; ``delta`` = −2.35 ``log_odds`` with its
    standard error: negative values say that the item is harder for the focal group than for comparable
    members of the reference group. Both are NaN for items with more than two scores. ``p_dif`` is the
    standardized difference of mean scores, focal minus reference, ``standardized`` the same in standard
    deviations of the item. ``test`` compares mean scores, ``score_test`` the whole distributions of scores.
    ``classes`` are A, B, C: of ETS for two scores, of NAEP for more. ``adjusted`` are the p-values of
    ``test`` that decide on ``flagged``. ``anchors`` is the mask of the matching items, ``rounds`` how often
    the analysis was run, ``settled`` whether purification came to rest.
    """

    contrast: Contrast
    log_odds: FloatArray
    log_odds_error: FloatArray
    p_dif: FloatArray
    p_dif_error: FloatArray
    standardized: FloatArray
    test: ChiSquared
    score_test: ChiSquared
    classes: AnyArray
    adjusted: FloatArray
    flagged: AnyArray
    anchors: AnyArray
    rounds: int = 1
    settled: bool = True

    @property
    def delta(self) -> FloatArray:
        """Difference on the ETS delta scale."""
        return np.asarray(DELTA * self.log_odds)

    @property
    def delta_error(self) -> FloatArray:
        """Standard error of ``delta``."""
        return np.asarray(-DELTA * self.log_odds_error)

    @property
    def odds_ratio(self) -> FloatArray:
        """Common odds ratio of a right response, reference over focal."""
        return np.exp(self.log_odds)

    @property
    def effect(self) -> FloatArray:
        """p-dif: the effect all items have, in score points; negative against the focal group."""
        return self.p_dif

    @property
    def p_value(self) -> FloatArray:
        """p-value of the test of mean scores."""
        return self.test.p_value


def mantel_haenszel_dif(
    responses: ResponseMatrix | ArrayLike,
    contrast: Contrast,
    plan: DifPlan | None = None,
    categories: ArrayLike = 2,
) -> MantelHaenszelDif:
    """Mantel–Haenszel analysis of every item for one contrast of two groups.

    ``responses`` (N, J), −1 or NaN for not presented; ``categories`` is read for arrays only. Two scores:
    Holland & Thayer (1988); more: Mantel (1963) and the generalized statistic. Only differences that have
    the same direction at every score are seen. Raises InvalidParameters and InvalidResponses.
    """
    settings = plan or DifPlan()
    matrix = as_response_matrix(responses, categories)
    cells = ContrastCells.of(matrix, checked_pair(contrast, "Mantel–Haenszel"), settings.matching)
    outcome = purified(
        _analysis(cells, contrast, settings), settings.first_anchors(matrix.items), settings
    )
    return replace(outcome.result, rounds=outcome.rounds, settled=outcome.settled)


def generalized_mantel_haenszel(
    responses: ResponseMatrix | ArrayLike,
    contrast: Contrast,
    plan: DifPlan | None = None,
    categories: ArrayLike = 2,
) -> ChiSquared:
    """Test of any difference among all groups of a contrast at once, (G − 1)(C − 1) degrees of freedom.

    Penfield (2001) for two scores; Somes (1986). No purification: the matching score is that of the plan.
    """
    settings = plan or DifPlan()
    matrix = as_response_matrix(responses, categories)
    cells = ContrastCells.of(matrix, contrast, settings.matching)
    points = cells.points(settings.first_anchors(matrix.items))
    return generalized_test(cells.stratified(range(matrix.items), points))


def _analysis(
    cells: ContrastCells, contrast: Contrast, plan: DifPlan
) -> Callable[[AnyArray], MantelHaenszelDif]:
    def analyse(anchors: AnyArray) -> MantelHaenszelDif:
        strata = cells.stratified(range(cells.items), cells.points(anchors))
        odds, difference = common_odds_ratio(strata), standardized_difference(strata)
        test = mantel_test(strata, continuity=plan.continuity)
        binary = cells.highest == 1
        log_odds = np.where(binary, odds.log_odds, np.nan)
        error = np.where(binary, odds.standard_error, np.nan)
        classes = np.where(
            binary,
            ets_classes(DELTA * log_odds, -DELTA * error, test.p_value),
            polytomous_classes(difference.in_deviations, test.p_value),
        )
        adjusted = benjamini_hochberg(test.p_value) if plan.adjust else test.p_value
        return MantelHaenszelDif(
            contrast=contrast,
            log_odds=log_odds,
            log_odds_error=error,
            p_dif=difference.difference,
            p_dif_error=difference.standard_error,
            standardized=difference.in_deviations,
            test=test,
            score_test=generalized_test(strata),
            classes=classes,
            adjusted=adjusted,
            flagged=plan.flags(adjusted, (classes == "A") | (classes == "")),
            anchors=anchors,
        )

    return analyse
