"""Linking by the characteristic curves of the common items.

Haebara (1980) compares the curves of every score of every item, Stocking & Lord (1983) the test
characteristic curves; mixed formats Kim & Lee (2006). Curves of the new calibration are evaluated at
u = (θ − B) / A, which is the same as moving its parameters and works for every response model.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import least_squares

from psychometrics.arrays import FloatArray
from psychometrics.errors import NotEstimable
from psychometrics.item_collections import ItemCollection
from psychometrics.linking.parameter_tables import ParameterTable
from psychometrics.linking.plan import CommonItems, LinkingPlan
from psychometrics.linking.transformation import ScaleTransformation

STEP = 1e-5
"""Step of the central differences by item parameters."""


@dataclass(frozen=True, eq=False)
class Differences:
    """Differences of curves (Q, J, C) and their derivatives by log A and B (Q, J, C, 2), times √weight."""

    value: FloatArray
    change: FloatArray

    def summed(self) -> Differences:
        """Differences of the test characteristic curves, as one item with one score."""
        scores = np.arange(self.value.shape[2], dtype=np.float64)
        return Differences(
            (self.value @ scores).sum(axis=1)[:, None, None],
            np.einsum("qjcp,c->qp", self.change, scores)[:, None, None, :],
        )


@dataclass(frozen=True, eq=False)
class CurveCriterion:
    """The sum of squares that the link minimizes, over log A and B."""

    common: CommonItems
    plan: LinkingPlan

    def differences(self, vector: FloatArray) -> list[Differences]:
        """Differences of all categories of all items, on the base scale and, if symmetric, on the new one."""
        slope, intercept = float(np.exp(vector[0])), float(vector[1])
        grid = self.plan.base_quadrature
        moved = (grid.nodes - intercept) / slope
        parts = [_compared(self.common.base, grid.nodes, self.common.new, moved, grid.weights)]
        parts[0] = _with_change(parts[0], np.stack([-moved, np.full_like(moved, -1 / slope)], axis=1), -1.0)
        if self.plan.symmetric:
            grid = self.plan.new_quadrature
            moved = slope * grid.nodes + intercept
            back = _compared(self.common.new, grid.nodes, self.common.base, moved, grid.weights)
            direction = np.stack([slope * grid.nodes, np.ones_like(grid.nodes)], axis=1)
            parts.append(_with_change(back, direction, -1.0))
        if self.plan.method == "haebara":
            return parts
        return [part.summed() for part in parts]

    def residuals(self, vector: FloatArray) -> FloatArray:
        """All differences as one vector."""
        return np.concatenate([part.value.ravel() for part in self.differences(vector)])

    def jacobian(self, vector: FloatArray) -> FloatArray:
        """Derivatives of the residuals, (n, 2)."""
        return np.concatenate([part.change.reshape(-1, 2) for part in self.differences(vector)])

    def gradient(self, vector: FloatArray) -> FloatArray:
        """Half the gradient of the criterion by (log A, B)."""
        return np.asarray(self.jacobian(vector).T @ self.residuals(vector))

    def minimized(self, start: ScaleTransformation) -> tuple[ScaleTransformation, float]:
        """The link and the criterion there. Raises NotEstimable if no finite one was found."""
        found = least_squares(
            self.residuals,
            np.array([np.log(start.slope), start.intercept]),
            self.jacobian,
            xtol=1e-14,
            ftol=1e-14,
            gtol=1e-14,
        )
        if not found.success or abs(found.x[0]) > 5:
            raise NotEstimable("No link was found: the curves of the common items do not match at any scale.")
        return ScaleTransformation(float(np.exp(found.x[0])), float(found.x[1])), float(2 * found.cost)

    def sensitivity(self, link: ScaleTransformation) -> FloatArray:
        """Derivatives of (A, B) at the minimum by every parameter of the base, then the new, (2, 2·J·K).

        Implicit function theorem on the gradient of the criterion (Ogasawara 2001). Each column of the
        parameter table is moved for all items at once and the change of each item's share is read off.
        """
        vector = np.array([np.log(link.slope), link.intercept])
        columns = []
        for side in ("base", "new"):
            items: ItemCollection = getattr(self.common, side)
            table = ParameterTable.of(items)
            change = np.zeros((2, *table.values.shape))
            for column in range(table.values.shape[1]):
                moved = [self._with(side, _shifted(items, table, column, step)) for step in (STEP, -STEP)]
                change[:, :, column] = self._item_gradients(vector, moved)
            columns.append(np.where(np.isnan(table.values), 0.0, change).reshape(2, -1))
        bend = np.stack(
            [
                (self.gradient(vector + step) - self.gradient(vector - step)) / (2 * STEP)
                for step in STEP * np.eye(2)
            ],
            axis=1,
        )
        implicit = -np.linalg.solve(bend, np.concatenate(columns, axis=1))
        return np.asarray(np.diag([link.slope, 1.0]) @ implicit)

    def _with(self, side: str, items: ItemCollection) -> CurveCriterion:
        if side == "base":
            return replace(self, common=replace(self.common, base=items))
        return replace(self, common=replace(self.common, new=items))

    def _item_gradients(self, vector: FloatArray, moved: list[CurveCriterion]) -> FloatArray:
        """Derivative of the gradient by one parameter of each item, (2, J)."""
        haebara = replace(self, plan=replace(self.plan, method="haebara"))
        up, down = (replace(haebara, common=one.common).differences(vector) for one in moved)
        total = np.zeros((2, len(self.common)))
        for here, high, low in zip(haebara.differences(vector), up, down, strict=True):
            value, change = (high.value - low.value) / (2 * STEP), (high.change - low.change) / (2 * STEP)
            if self.plan.method == "haebara":
                total += np.einsum("qjcp,qjc->pj", change, here.value)
                total += np.einsum("qjcp,qjc->pj", here.change, value)
                continue
            scores, whole = np.arange(value.shape[2], dtype=np.float64), here.summed()
            total += np.einsum("qjcp,c,q->pj", change, scores, whole.value[:, 0, 0])
            total += np.einsum("qp,qjc,c->pj", whole.change[:, 0, 0], value, scores)
        return total


def _compared(
    fixed: ItemCollection, theta: FloatArray, moving: ItemCollection, moved: FloatArray, weights: FloatArray
) -> Differences:
    """Curves of ``fixed`` at ``theta`` less those of ``moving`` at ``moved``, and the latter's slopes."""
    root = np.sqrt(weights)[:, None, None]
    there = moving.category_curves(moved)
    value = root * (np.exp(fixed.log_category_probabilities(theta)) - there.probability)
    return Differences(value, root * there.slope)


def _with_change(part: Differences, direction: FloatArray, sign: float) -> Differences:
    """Chain rule: slopes (Q, J, C) times the change of the moved θ by (log A, B), (Q, 2)."""
    return Differences(part.value, sign * part.change[..., None] * direction[:, None, None, :])


def _shifted(items: ItemCollection, table: ParameterTable, column: int, step: float) -> ItemCollection:
    values = table.values.copy()
    values[:, column] += step
    return ParameterTable(table.names, values).rebuilt(items)
