"""The population of examinees: θ normal with a mean and standard deviation by group, shifted by covariates.

θᵢ = μ(group of i) + xᵢβ + eᵢ with eᵢ ~ N(0, σ²(group of i)). Multi-group calibration: Bock & Zimowski (1997);
latent regression: Mislevy (1984). The grid is common to all; only its weights move.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np

from psychometrics.arrays import AnyArray, FloatArray
from psychometrics.quadrature import Quadrature

MEAN_LIMIT = 50.0
LOG_DEVIATION_LIMITS = (-5.0, 4.0)


@dataclass(frozen=True, eq=False)
class PopulationState:
    """Means and standard deviations of the groups, each (G,), and regression coefficients (P,)."""

    means: FloatArray
    deviations: FloatArray
    coefficients: FloatArray


@dataclass(frozen=True, eq=False)
class PopulationStatistics:
    """Expected examinees of each group at each node (G, Q), and Σ wᵢ xᵢ E[θᵢ] of each group (G, P)."""

    nodes: FloatArray
    cross: FloatArray


@dataclass(frozen=True, eq=False)
class CovariateMoments:
    """Weighted Σ xᵢ (G, P) and Σ xᵢxᵢᵀ (G, P, P) of each group."""

    sums: FloatArray
    products: FloatArray


@dataclass(frozen=True, eq=False)
class Population:
    """Which moments are free. The vector holds free means, coefficients, then logs of free deviations."""

    labels: tuple[Hashable, ...]
    free_mean: AnyArray
    free_deviation: AnyArray
    covariates: CovariateMoments
    grid: Quadrature

    @property
    def groups(self) -> int:
        return len(self.labels)

    @property
    def regressors(self) -> int:
        return int(self.covariates.sums.shape[1])

    @property
    def free_locations(self) -> AnyArray:
        """Which of the G means and P coefficients are free, bool (G + P,)."""
        return np.concatenate([self.free_mean, np.ones(self.regressors, dtype=bool)])

    @property
    def size(self) -> int:
        return int(self.free_locations.sum() + self.free_deviation.sum())

    def start(self) -> FloatArray:
        return np.zeros(self.size)

    def state(self, vector: FloatArray) -> PopulationState:
        """Means, standard deviations and coefficients the vector stands for."""
        locations = self._locations(vector)
        logs = np.zeros(self.groups)
        logs[self.free_deviation] = vector[int(self.free_locations.sum()) :]
        return PopulationState(locations[: self.groups], np.exp(logs), locations[self.groups :])

    def bounded(self, vector: FloatArray) -> FloatArray:
        """The nearest vector with finite moments."""
        split = int(self.free_locations.sum())
        return np.concatenate(
            [
                np.clip(vector[:split], -MEAN_LIMIT, MEAN_LIMIT),
                np.clip(vector[split:], *LOG_DEVIATION_LIMITS),
            ]
        )

    def log_weights(self, state: PopulationState, group: int, covariates: FloatArray | None) -> FloatArray:
        """Log prior weights of the nodes, (Q,), or (n, Q) if there are covariates (n, P).

        The grid's weights times the ratio of the examinee's density to N(0, 1).
        """
        nodes, base = self.grid.nodes, self.grid.log_weights
        mean: FloatArray | float = float(state.means[group])
        deviation = float(state.deviations[group])
        if covariates is not None:
            mean = mean + (covariates @ state.coefficients)[:, None]
        elif mean == 0.0 and deviation == 1.0:
            return base
        distance = (nodes - mean) / deviation
        return np.asarray(base + 0.5 * nodes**2 - 0.5 * distance**2 - np.log(deviation))

    def maximize(self, vector: FloatArray, statistics: PopulationStatistics) -> tuple[FloatArray, FloatArray]:
        """Improved vector, and the gradient at the old one in units of standard errors.

        Weighted least squares for the means and coefficients, then the standard deviations.
        """
        state = self.state(vector)
        gradient, information = self.complete_data(vector, statistics)
        scaled = np.abs(gradient) / np.sqrt(np.diagonal(information) + 1e-12)
        split = int(self.free_locations.sum())
        improved = vector.copy()
        if split:
            improved[:split] += np.linalg.solve(information[:split, :split], gradient[:split])
        squares = self._squares(self._locations(improved), statistics)
        total = statistics.nodes.sum(axis=1)
        fresh = np.where(self.free_deviation, np.sqrt(np.maximum(squares / total, 1e-12)), state.deviations)
        improved[split:] = np.log(fresh[self.free_deviation])
        return self.bounded(improved), scaled

    def complete_data(
        self, vector: FloatArray, statistics: PopulationStatistics
    ) -> tuple[FloatArray, FloatArray]:
        """Gradient (k,) and negative Hessian (k, k) of the expected complete-data log-likelihood."""
        state, locations = self.state(vector), self._locations(vector)
        total, count = statistics.nodes.sum(axis=1), self.groups
        by_group = np.zeros((count, count + self.regressors))
        design = np.zeros((count + self.regressors,) * 2)
        for group in range(count):
            system = self._normal_equations(group, float(total[group]))
            right = np.zeros(count + self.regressors)
            right[group] = statistics.nodes[group] @ self.grid.nodes
            right[count:] = statistics.cross[group]
            precision = state.deviations[group] ** -2
            by_group[group] = precision * (right - system @ locations)
            design += precision * system
        free, loose = self.free_locations, self.free_deviation
        squares = self._squares(locations, statistics) / state.deviations**2
        gradient = np.concatenate([by_group.sum(axis=0)[free], (squares - total)[loose]])
        mixed = 2 * by_group[:, free][loose]
        curvature = np.diag(2 * squares[loose])
        return gradient, np.block([[design[np.ix_(free, free)], mixed.T], [mixed, curvature]])

    def scores(
        self, state: PopulationState, group: int, covariates: FloatArray | None, node: float, rows: int
    ) -> FloatArray:
        """Complete-data scores of n = ``rows`` examinees of one group if θ is ``node``, (n, k)."""
        mean = np.full(rows, state.means[group])
        locations = np.zeros((rows, self.groups + self.regressors))
        locations[:, group] = 1.0
        if covariates is not None:
            mean += covariates @ state.coefficients
            locations[:, self.groups :] = covariates
        distance = (node - mean)[:, None] / state.deviations[group]
        spread = np.zeros((rows, self.groups))
        spread[:, group] = distance[:, 0] ** 2 - 1
        return np.concatenate(
            [
                (locations * (distance / state.deviations[group]))[:, self.free_locations],
                spread[:, self.free_deviation],
            ],
            axis=1,
        )

    def _locations(self, vector: FloatArray) -> FloatArray:
        locations = np.zeros(self.groups + self.regressors)
        locations[self.free_locations] = vector[: int(self.free_locations.sum())]
        return locations

    def _normal_equations(self, group: int, total: float) -> FloatArray:
        """Σ zᵢzᵢᵀ over the examinees of a group with zᵢ = (group indicators, xᵢ)."""
        count = self.groups
        system = np.zeros((count + self.regressors,) * 2)
        system[group, group] = total
        system[group, count:] = system[count:, group] = self.covariates.sums[group]
        system[count:, count:] = self.covariates.products[group]
        return system

    def _squares(self, locations: FloatArray, statistics: PopulationStatistics) -> FloatArray:
        """Expected Σ (θᵢ − mean of i)² of each group, (G,)."""
        means, slopes = locations[: self.groups], locations[self.groups :]
        total = statistics.nodes.sum(axis=1)
        first, second = statistics.nodes @ self.grid.nodes, statistics.nodes @ self.grid.nodes**2
        squares = second - 2 * means * first + means**2 * total
        squares += 2 * means * (self.covariates.sums @ slopes) - 2 * statistics.cross @ slopes
        return np.asarray(squares + np.einsum("p,gpr,r->g", slopes, self.covariates.products, slopes))
