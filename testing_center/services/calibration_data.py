"""The response matrix of a calibration and the statistics that come out of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from psychometrics import (
    Calibration,
    CalibrationPlan,
    Contrast,
    NormalPrior,
    Priors,
    Progress,
    calibrate,
    cross_check,
    estimate_ability,
    infit_outfit,
    item_statistics,
    mantel_haenszel_dif,
)
from psychometrics.arrays import AnyArray, FloatArray, IntArray, ScoreArray
from psychometrics.errors import PsychometricError
from psychometrics.responses import NOT_PRESENTED
from testing_center.domain.attempts.records import ItemResponse
from testing_center.domain.bank import ReleasedItem, ResponseSet

FEWEST_RESPONSES = 30
"""Items with fewer responses keep the parameters they have: nothing sound can be said of them."""

SLOPE_PRIOR = NormalPrior(0.0, 0.5)
"""Prior of log discrimination: each examinee saw a part of the bank only."""

ABILITY_GROUPS = 10

FEWEST_OF_A_LANGUAGE = 100
"""Smaller groups are not compared for differential functioning between languages."""


@dataclass(frozen=True, eq=False)
class Responses:
    """``scores`` (examinees, items): 1 right, 0 wrong, -1 not presented.

    ``languages`` (examinees,) holds the language of the test, empty where it is not known.
    """

    item_keys: tuple[str, ...]
    scores: ScoreArray
    languages: AnyArray
    live_examinees: int
    simulated: bool


def gather(
    sets: Sequence[ResponseSet], live: Sequence[ItemResponse], items: Sequence[ReleasedItem] = ()
) -> Responses:
    """Put matrices from outside and responses of finished tests under one set of columns.

    The two-parameter model knows right and wrong: one of the *items* that is worth several points counts
    as right with all of them.
    """
    worth = {(item.item_key, item.version): item.max_score for item in items}
    keys = tuple(sorted({key for one in sets for key in one.item_keys} | {one.item_key for one in live}))
    column = {key: index for index, key in enumerate(keys)}
    attempts = {attempt: row for row, attempt in enumerate(dict.fromkeys(one.attempt_id for one in live))}
    blocks = [_block(one, column) for one in sets]
    seen = np.full((len(attempts), len(keys)), NOT_PRESENTED, dtype=np.int8)
    for one in live:
        right = one.item_score >= worth.get((one.item_key, one.version), 1)
        seen[attempts[one.attempt_id], column[one.item_key]] = right
    scores = np.concatenate([*blocks, seen]) if keys else np.empty((0, 0), dtype=np.int8)
    languages = np.full(len(scores), "", dtype="U8")
    for one in live:
        languages[len(scores) - len(attempts) + attempts[one.attempt_id]] = one.language
    return Responses(keys, scores, languages, len(attempts), any(one.simulated for one in sets))


def _block(one: ResponseSet, column: dict[str, int]) -> ScoreArray:
    matrix = np.frombuffer(one.matrix, dtype=np.int8).reshape(one.examinees, len(one.item_keys))
    block = np.full((one.examinees, len(column)), NOT_PRESENTED, dtype=np.int8)
    block[:, [column[key] for key in one.item_keys]] = matrix
    return block


def estimable(responses: Responses) -> tuple[Responses, tuple[str, ...]]:
    """Return what can be calibrated and the keys of the items that cannot."""
    presented = (responses.scores != NOT_PRESENTED).sum(axis=0)
    right = (responses.scores == 1).sum(axis=0)
    fit = (presented >= FEWEST_RESPONSES) & (right > 0) & (right < presented)
    keys = np.array(responses.item_keys)
    scores = responses.scores[:, fit]
    answered = (scores != NOT_PRESENTED).any(axis=1)
    kept = replace(
        responses,
        item_keys=tuple(keys[fit].tolist()),
        scores=np.ascontiguousarray(scores[answered]),
        languages=responses.languages[answered],
    )
    return kept, tuple(keys[~fit].tolist())


def analyse(responses: Responses, progress: Callable[[Progress], None]) -> dict[str, Any]:
    """Return classical statistics, the 2PL calibration and girth's second opinion as plain data.

    Raises ``PsychometricError`` when nothing can be estimated.
    """
    kept, excluded = estimable(responses)
    plan = CalibrationPlan(priors=Priors(log_discrimination=SLOPE_PRIOR), item_names=kept.item_keys)
    calibration = calibrate(kept.scores, model="2pl", plan=plan, progress=progress)
    return {
        "examinees": len(kept.scores),
        "live_examinees": kept.live_examinees,
        "simulated": kept.simulated,
        "log_likelihood": calibration.log_likelihood,
        "iterations": calibration.iterations,
        "converged": calibration.converged,
        "seconds": calibration.seconds,
        "second_opinion": _second_opinion(kept.scores, calibration),
        "excluded": list(excluded),
        "items": _items(kept, calibration),
    }


def _second_opinion(scores: ScoreArray, calibration: Calibration) -> dict[str, float] | None:
    try:
        found = cross_check(scores, calibration)
    except (PsychometricError, ValueError, FloatingPointError):
        return None
    return {
        "correlation_discrimination": found.correlation_discrimination,
        "correlation_difficulty": found.correlation_difficulty,
        "max_difference_discrimination": found.max_difference_discrimination,
        "max_difference_difficulty": found.max_difference_difficulty,
    }


def _items(kept: Responses, calibration: Calibration) -> list[dict[str, Any]]:
    classical = item_statistics(kept.scores)
    items, errors = calibration.item_parameters, calibration.standard_errors
    theta = estimate_ability(kept.scores, items).theta
    edges = np.quantile(theta, np.linspace(0, 1, ABILITY_GROUPS + 1)[1:-1])
    group = np.searchsorted(edges, theta)
    mean_squares = infit_outfit(kept.scores, items, theta).items
    classes = _language_classes(kept)
    return [
        {
            "item_key": key,
            "n": int(classical.n[index]),
            "p": _number(classical.p[index]),
            "item_rest": _number(classical.item_rest[index]),
            "discrimination": float(items.discrimination[index]),
            "difficulty": float(items.difficulty[index]),
            "se_discrimination": _number(errors.discrimination[index]),
            "se_difficulty": _number(errors.difficulty[index]),
            "infit": _number(mean_squares.infit[index]),
            "outfit": _number(mean_squares.outfit[index]),
            "dif": classes[index],
            "observed": _observed(kept.scores[:, index], theta, group),
        }
        for index, key in enumerate(kept.item_keys)
    ]


def _language_classes(kept: Responses) -> list[str | None]:
    """Return the ETS class of every item for the two languages with the most examinees, if they suffice."""
    names, sizes = np.unique(kept.languages[kept.languages != ""], return_counts=True)
    order = np.argsort(-sizes, kind="stable")[:2]
    if len(order) < 2 or sizes[order].min() < FEWEST_OF_A_LANGUAGE:
        return [None] * len(kept.item_keys)
    labels = names[order]
    membership = np.select([kept.languages == label for label in labels], [0, 1], -1)
    try:
        found = mantel_haenszel_dif(kept.scores, Contrast(tuple(labels.tolist()), membership))
    except PsychometricError:
        return [None] * len(kept.item_keys)
    known = np.isfinite(found.log_odds)
    return [str(one) if fit else None for one, fit in zip(found.classes, known, strict=True)]


def _observed(scores: ScoreArray, theta: FloatArray, group: IntArray) -> list[list[float]]:
    """Return mean theta, share right and count of each ability group that met the item."""
    found = []
    for number in range(ABILITY_GROUPS):
        met = (group == number) & (scores != NOT_PRESENTED)
        if met.any():
            found.append([float(theta[met].mean()), float(scores[met].mean()), int(met.sum())])
    return found


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
