"""A plan laid over a pool: everything the steps of its attempts share."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from psychometrics.adaptive.content import QuotaTable
from psychometrics.adaptive.plan import AdaptivePlan
from psychometrics.adaptive.pool import LOG_ZERO, AdaptivePool
from psychometrics.adaptive.posterior import log_normal_prior
from psychometrics.adaptive.shadow import Assembly
from psychometrics.arrays import FloatArray, IntArray
from psychometrics.errors import InvalidParameters
from psychometrics.response_models import ItemParameters


@dataclass(frozen=True, eq=False)
class PreparedPlan:
    """Tables of one plan on one pool; build once and share between attempts. Raises InvalidParameters."""

    pool: AdaptivePool
    plan: AdaptivePlan

    def __post_init__(self) -> None:
        for area in self.plan.area_targets:
            if area not in self.pool.area_sizes:
                raise InvalidParameters(f"The pool has no items of the content area {area!r}.")
        exclude = self.plan.exclude
        if exclude and not 0 <= min(exclude) <= max(exclude) < len(self.pool):
            raise InvalidParameters("An excluded item is not in the pool.")
        control = self.plan.exposure
        if control is not None and control.table.shape[1] != len(self.pool):
            raise InvalidParameters(
                f"Exposure control of {control.table.shape[1]} items does not fit a pool of {len(self.pool)}."
            )
        if self.plan.content.quotas:
            _check_quotas(self.quotas)

    @cached_property
    def share_areas(self) -> list[int]:
        """Codes of the areas with a share, in the order of the plan."""
        return [self.pool.areas.index(area) for area in self.plan.area_targets]

    @cached_property
    def shares(self) -> list[float]:
        """Their shares of the attempt."""
        return list(self.plan.area_targets.values())

    @cached_property
    def value_codes(self) -> list[list[int]]:
        """For each dimension of the quotas, the place of every item's value."""
        return [[int(code) for code in dimension.codes] for dimension in self.quotas.dimensions]

    @cached_property
    def quota_names(self) -> list[list[str]]:
        """For each dimension, the names of its quotas."""
        names = self.quotas.names
        return [[names[place] for place in dimension.quotas] for dimension in self.quotas.dimensions]

    @cached_property
    def exposure_groups(self) -> list[int]:
        """``exposure_group`` as plain numbers."""
        return [int(group) for group in self.exposure_group]

    @cached_property
    def quotas(self) -> QuotaTable:
        """The quotas of the plan; empty without any."""
        return QuotaTable.of(self.pool, self.plan.content.quotas)

    @cached_property
    def unit_quotas(self) -> FloatArray:
        """What choosing an item adds to each quota, (C, J)."""
        return self.quotas.unit_matrix(self.pool)

    @cached_property
    def assembly(self) -> Assembly:
        """The constraints of the shadow test."""
        return Assembly.of(self.pool, self.quotas)

    @cached_property
    def log_prior(self) -> FloatArray:
        """Log of the normal prior at the nodes up to a constant, shape (Q,)."""
        return log_normal_prior(self.pool.nodes, self.plan.prior_mean, self.plan.prior_sd)

    @cached_property
    def squared_nodes(self) -> FloatArray:
        """Squares of the nodes, (Q,)."""
        return np.asarray(self.pool.nodes * self.pool.nodes)

    @cached_property
    def ones(self) -> FloatArray:
        """Ones, (Q,)."""
        return np.ones(len(self.pool.nodes))

    @cached_property
    def exposure_group(self) -> IntArray:
        """Row of the exposure table for every grid point, (G,)."""
        boundaries = self.plan.exposure.boundaries if self.plan.exposure else ()
        return np.searchsorted(boundaries, self.pool.theta_grid)

    @cached_property
    def likelihood_ratios(self) -> FloatArray:
        """log P(score | cut + δ) − log P(score | cut − δ), (J, C, cuts)."""
        rule = self.plan.stopping.classification
        if rule is None:
            return np.zeros((len(self.pool), self.pool.log_table.shape[1], 0))
        cuts = np.array(rule.cuts)
        above, below = (
            np.maximum(self.pool.items.log_category_probabilities(points), LOG_ZERO)
            for points in (cuts + rule.indifference, cuts - rule.indifference)
        )
        return np.ascontiguousarray((above - below).transpose(1, 2, 0))

    @cached_property
    def strata(self) -> IntArray:
        """Stratum of each item by rising discrimination within its area, (J,) (Chang & Ying 1999).

        Items are first put in order of location and cut into groups of as many items as there are strata, of
        which each stratum takes one: every stratum covers the same locations (Chang, Qian & Ying 2001).
        """
        count = self.plan.selection.strata
        steepness = _steepness(self.pool)
        strata = np.zeros(len(self.pool), dtype=np.int64)
        for code in range(len(self.pool.areas)):
            members = np.setdiff1d(np.flatnonzero(self.pool.area_codes == code), self.pool.followers)
            ordered = members[np.argsort(self.locations[members], kind="stable")]
            for start in range(0, len(ordered), count):
                group = ordered[start : start + count]
                ranks = np.argsort(np.argsort(steepness[group], kind="stable"), kind="stable")
                strata[group] = ranks * count // len(group)
        return strata

    @cached_property
    def locations(self) -> FloatArray:
        """Where each item sits on θ: its difficulty, or for other models its peak of information, (J,)."""
        items = self.pool.items
        if isinstance(items, ItemParameters) and not self.pool.blocks:
            return items.difficulty
        return np.asarray(self.pool.theta_grid[self.pool.information.argmax(axis=0)])


def _check_quotas(quotas: QuotaTable) -> None:
    """Refuse minima beyond what the pool holds of a value."""
    short = quotas.matrix.sum(axis=1) < quotas.minimum
    if short.any():
        number = int(np.flatnonzero(short)[0])
        raise InvalidParameters(
            f"The pool holds {quotas.matrix[number].sum():g} of {quotas.names[number]}; the quota needs "
            f"{quotas.minimum[number]:g}."
        )


def _steepness(pool: AdaptivePool) -> FloatArray:
    if isinstance(pool.items, ItemParameters) and not pool.blocks:
        return pool.items.discrimination
    return np.asarray(np.sqrt(pool.information.max(axis=0)))
