"""Calibrations of several groups together in which some items have parameters of their own in each group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import ndtri

from psychometrics.arrays import AnyArray, IntArray
from psychometrics.calibration import Calibration, CalibrationPlan, Model, calibrate
from psychometrics.calibration.plan import StandardErrorMethod
from psychometrics.dif.curve_differences import sample_differences
from psychometrics.dif.groups import Contrast
from psychometrics.errors import InvalidParameters, InvalidResponses, NotEstimable
from psychometrics.responses import NOT_PRESENTED, ResponseMatrix

POPULATION_POINTS = 81
"""θ of the focal group at which differences are averaged, equal shares of it apart."""


@dataclass(frozen=True, eq=False)
class SplitFit:
    """A calibration and the column of each item in each group, ``columns`` (J, G)."""

    calibration: Calibration
    columns: IntArray

    def difference(self, item: int) -> float:
        """Expected score of the first focal group less that under the reference curve, in score points.

        Averaged over the focal group's own distribution (Meade 2010).
        """
        group = self.calibration.groups[1]
        shares = (np.arange(POPULATION_POINTS) + 0.5) / POPULATION_POINTS
        theta = group.mean + group.standard_deviation * np.asarray(ndtri(shares))
        reference, focal = (self.calibration.items.take([column]) for column in self.columns[item, :2])
        return float(sample_differences(reference, focal, theta).signed[0])


@dataclass(frozen=True, eq=False)
class GroupCalibrations:
    """What is needed to calibrate the groups of a contrast with any set of items split by group."""

    matrix: ResponseMatrix
    contrast: Contrast
    models: tuple[Model, ...]
    plan: CalibrationPlan

    @classmethod
    def of(
        cls,
        matrix: ResponseMatrix,
        contrast: Contrast,
        model: Model | Sequence[Model],
        plan: CalibrationPlan | None,
    ) -> GroupCalibrations:
        """Checked. Raises InvalidParameters and InvalidResponses."""
        if len(contrast.membership) != matrix.examinees:
            raise InvalidResponses(
                f"{len(contrast.membership)} group labels were given for {matrix.examinees} examinees."
            )
        models = (model,) * matrix.items if isinstance(model, str) else tuple(model)
        if len(models) != matrix.items:
            raise InvalidParameters(f"{len(models)} models were given for {matrix.items} items.")
        settings = plan or CalibrationPlan(tolerance=1e-5, precision="double")
        if settings.groups is not None or settings.anchors is not None or settings.item_names is not None:
            raise InvalidParameters("The contrast names the groups; leave groups, anchors and names out.")
        if settings.weights is not None or settings.covariates is not None:
            raise InvalidParameters("Comparisons of groups take no weights and no covariates.")
        return cls(matrix, contrast, models, settings)

    def fit(self, split: AnyArray, standard_errors: StandardErrorMethod) -> SplitFit | None:
        """Calibrate with the items of the mask ``split`` (J,) apart; None if that is not estimable."""
        columns = self._columns(split)
        owner = np.repeat(np.arange(self.matrix.items), len(self.contrast.labels))
        models = np.empty(int(columns.max()) + 1, dtype=object)
        models[columns.ravel()] = [self.models[item] for item in owner]
        labels = np.array(self.contrast.labels, dtype=object)[self._members_groups]
        plan = replace(
            self.plan,
            groups=labels.tolist(),
            reference_group=self.contrast.reference,
            standard_errors=standard_errors,
        )
        try:
            result = calibrate(self._split_matrix(columns), model=list(models), plan=plan)
        except NotEstimable:
            return None
        return SplitFit(result, columns) if result.converged else None

    @property
    def _members(self) -> IntArray:
        return np.flatnonzero(self.contrast.membership >= 0)

    @property
    def _members_groups(self) -> IntArray:
        return np.asarray(self.contrast.membership[self._members])

    def _columns(self, split: AnyArray) -> IntArray:
        """Column of each item in each group: its own place for the reference, new ones at the end."""
        items, groups = self.matrix.items, len(self.contrast.labels)
        columns = np.tile(np.arange(items)[:, None], groups)
        apart = np.flatnonzero(split)
        columns[apart, 1:] = items + np.arange(len(apart) * (groups - 1)).reshape(len(apart), groups - 1)
        return columns

    def _split_matrix(self, columns: IntArray) -> ResponseMatrix:
        groups = self._members_groups
        categories = np.empty(int(columns.max()) + 1, dtype=np.int64)
        categories[columns.ravel()] = np.repeat(self.matrix.category_counts, columns.shape[1])
        if self.matrix.dense is not None:
            table = np.full((len(groups), len(categories)), NOT_PRESENTED, dtype=np.int8)
            for group in range(columns.shape[1]):
                rows = np.flatnonzero(groups == group)
                table[np.ix_(rows, columns[:, group])] = self.matrix.dense[self._members[rows]]
            return ResponseMatrix.from_array(table, categories)
        cells = self.matrix.to_sparse()
        owner = np.repeat(np.arange(self.matrix.examinees), np.diff(cells.starts))
        number = np.full(self.matrix.examinees, -1, dtype=np.int64)
        number[self._members] = np.arange(len(groups))
        kept = number[owner] >= 0
        rows = number[owner[kept]]
        where = columns[cells.items[kept], groups[rows]]
        shape = (len(groups), len(categories))
        return ResponseMatrix.from_triples(rows, where, cells.scores[kept], shape, categories)
