"""The fixed form that an adaptive plan is compared with: the best one from the same pool."""

from __future__ import annotations

from math import ceil, floor

import numpy as np

from psychometrics.adaptive.content import QuotaTable
from psychometrics.adaptive.posterior import posterior_weights, weighted_moments
from psychometrics.adaptive.prepared import PreparedPlan
from psychometrics.adaptive.quotas import Quota
from psychometrics.adaptive.shadow import Assembly
from psychometrics.adaptive.stopping import STOP_REASONS
from psychometrics.arrays import FloatArray, IntArray
from psychometrics.errors import InvalidParameters
from psychometrics.simulation.administrations import (
    AdaptiveSimulation,
    Answers,
    Examinees,
    content_missed,
    prior_of,
)

BLOCK = 4096
"""Examinees scored at once, so that their posteriors stay in the cache."""


def best_fixed_form(prepared: PreparedPlan, length: int, theta: FloatArray) -> IntArray:
    """The ``length`` items (blocks whole) with most mean information at θ (N,) under the content of the plan.

    Quotas hold as in the plan, shares of areas to the nearest whole items, enemies stay apart; exposure
    control does not apply. Solved exactly by mixed-integer programming. Raises InvalidParameters.
    """
    pool, plan = prepared.pool, prepared.plan
    points = np.bincount(pool.grid_indices(theta), minlength=len(pool.theta_grid))
    values = points @ pool.information / len(theta)
    quotas = QuotaTable.of(pool, (*plan.content.quotas, *_shares(prepared, length)))
    ready = np.setdiff1d(np.arange(len(pool)), [*pool.followers.tolist(), *plan.exclude])
    if plan.area_targets:
        ready = ready[np.isin(pool.area_codes[ready], prepared.share_areas)]
    assembly = Assembly.of(pool, quotas)
    found = assembly.best(values, np.zeros(len(quotas.names)), ready, length)
    if found is None:
        raise InvalidParameters(
            f"No fixed form of {length} items meets the content of the plan; give another length for it."
        )
    heads = {block[0]: block for block in pool.blocks}
    return np.array([item for head in found.tolist() for item in heads.get(head, (head,))])


def _shares(prepared: PreparedPlan, length: int) -> list[Quota]:
    """Shares of areas as quotas of whole items."""
    return [
        Quota("area", area, floor(share * length + 1e-9), ceil(share * length - 1e-9))
        for area, share in prepared.plan.area_targets.items()
    ]


def administer_form(prepared: PreparedPlan, form: IntArray, examinees: Examinees) -> AdaptiveSimulation:
    """Give the items ``form`` (L,) to every examinee and score them as the plan scores its attempts (EAP)."""
    return AdaptiveSimulation.joined(
        [_administer_block(prepared, form, block) for block in examinees.blocks(BLOCK)]
    )


def _administer_block(prepared: PreparedPlan, form: IntArray, examinees: Examinees) -> AdaptiveSimulation:
    pool, count, rows = prepared.pool, len(examinees.theta), np.arange(len(examinees.theta))
    answers = Answers.of(pool, examinees)
    scores = np.empty((count, len(form)), dtype=np.int8)
    log_posterior = np.array(prior_of(prepared, examinees))
    for position, item in enumerate(form.tolist()):
        scores[:, position] = answers.scores(rows, np.full(count, item), position)
        log_posterior += pool.log_table[item, scores[:, position]]
    weights = posterior_weights(log_posterior)
    estimate, error = weighted_moments(weights, pool.nodes, prepared.squared_nodes, prepared.ones)
    amounts = prepared.quotas.matrix[:, form].sum(axis=1)
    areas = np.bincount(pool.area_codes[form], minlength=len(pool.areas))
    length = np.full(count, len(form))
    missed = content_missed(prepared, np.tile(amounts, (count, 1)), np.tile(areas, (count, 1)), length)
    rule = prepared.plan.stopping.classification
    cuts = rule.cuts if rule else ()
    return AdaptiveSimulation(
        theta=examinees.theta,
        estimate=estimate,
        standard_error=error,
        length=length,
        reasons=np.full(count, STOP_REASONS.index("maximum_length"), dtype=np.int8),
        category=(estimate[:, None] > np.array(cuts)).sum(axis=1),
        violated=missed,
        given=np.tile(form.astype(np.int32), (count, 1)),
        scores=scores,
        items=len(pool),
        cuts=cuts,
    )
