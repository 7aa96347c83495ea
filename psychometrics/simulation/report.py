"""Running a scenario, and the report of what came out."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np

from psychometrics.adaptive.pool import AdaptivePool
from psychometrics.adaptive.prepared import PreparedPlan
from psychometrics.adaptive.stopping import STOP_REASONS
from psychometrics.arrays import FloatArray
from psychometrics.errors import InvalidParameters
from psychometrics.simulation.administrations import AdaptiveSimulation, Examinees, administer
from psychometrics.simulation.exposure_goals import FittedExposure, administer_adapting, fit_exposure
from psychometrics.simulation.figures import Figures
from psychometrics.simulation.fixed_form import administer_form, best_fixed_form
from psychometrics.simulation.population import PopulationDraw
from psychometrics.simulation.scenario import Scenario

Progress = Callable[[int, int], None]
"""Called with the number of replications done and their whole number."""


@dataclass(frozen=True, eq=False)
class ThetaGroup:
    """Figures of the examinees with ``low`` < θ ≤ ``high``; both are θ for a point of the population."""

    low: float
    high: float
    theta: float
    figures: Figures


@dataclass(frozen=True, eq=False)
class DesignFigures:
    """One design: figures of all, by θ, by group of the population, and the shares of stop reasons."""

    whole: Figures
    by_theta: tuple[ThetaGroup, ...]
    by_group: Mapping[str, Figures]
    stops: Mapping[str, float]

    @classmethod
    def of(
        cls, scenario: Scenario, drawn: PopulationDraw, runs: Sequence[AdaptiveSimulation]
    ) -> DesignFigures:
        """From R replications of the same examinees."""
        population, reasons = scenario.population, np.concatenate([run.reasons for run in runs])
        shares = np.bincount(reasons, minlength=len(STOP_REASONS)) / len(reasons)
        shown = np.unique(drawn.group_of).tolist() if len(population.groups) > 1 else []
        groups = {}
        for group in shown if not population.points else []:
            rows = np.flatnonzero(drawn.group_of == group)
            groups[population.name_of(group)] = Figures.of(runs, scenario.cuts, rows)
        return cls(
            whole=Figures.of(runs, scenario.cuts),
            by_theta=tuple(_theta_groups(scenario, drawn.theta, runs)),
            by_group=groups,
            stops={name: float(share) for name, share in zip(STOP_REASONS, shares, strict=True) if share},
        )


def _theta_groups(
    scenario: Scenario, theta: FloatArray, runs: Sequence[AdaptiveSimulation]
) -> list[ThetaGroup]:
    points = scenario.population.points
    edges = [-math.inf, *scenario.theta_edges, math.inf]
    pairs = [(point, point) for point in points] or list(pairwise(edges))
    found = []
    for low, high in pairs:
        rows = np.flatnonzero(theta == low if points else (theta > low) & (theta <= high))
        if len(rows):
            figures = Figures.of(runs, scenario.cuts, rows)
            found.append(ThetaGroup(low, high, float(theta[rows].mean()), figures))
    return found


@dataclass(frozen=True, eq=False)
class SimulationReport:
    """What a scenario tells of its plan: adaptive attempts beside the best fixed form of the same pool.

    ``form`` holds the items of the fixed form, ``exposure`` the control that was fitted, if any.
    """

    scenario: Scenario
    items: int
    examinees: int
    adaptive: DesignFigures
    fixed: DesignFigures | None
    form: tuple[int, ...]
    exposure: FittedExposure | None

    @property
    def relative_efficiency(self) -> float | None:
        """Mean squared error of the fixed form by that of the adaptive attempts, None without a form."""
        if self.fixed is None:
            return None
        mine = self.adaptive.whole.precision.rmse
        return (self.fixed.whole.precision.rmse / mine) ** 2 if mine > 0 else math.inf

    def to_data(self) -> dict[str, Any]:
        """Plain data for JSON; numbers that do not exist are None."""
        return {
            "name": self.scenario.name,
            "seed": self.scenario.seed,
            "replications": self.scenario.replications,
            "examinees": self.examinees,
            "items": self.items,
            "cuts": list(self.scenario.cuts),
            "adaptive": design_data(self.adaptive),
            "fixed_form": None if self.fixed is None else design_data(self.fixed) | {"form": list(self.form)},
            "relative_efficiency": _number(self.relative_efficiency),
            "fitted_exposure": None
            if self.exposure is None
            else {
                "probabilities": [list(row) for row in self.exposure.control.probabilities],
                "boundaries": list(self.exposure.control.boundaries),
                "highest_rates": list(self.exposure.highest_rates),
            },
        }


def design_data(design: DesignFigures) -> dict[str, Any]:
    """One design as plain data."""
    return {
        **figures_data(design.whole),
        "rates": design.whole.use.rates.tolist(),
        "stops": dict(design.stops),
        "by_theta": [
            {"low": _number(group.low), "high": _number(group.high), "theta": group.theta}
            | figures_data(group.figures)
            for group in design.by_theta
        ],
        "by_group": {name: figures_data(figures) for name, figures in design.by_group.items()},
    }


def figures_data(figures: Figures) -> dict[str, Any]:
    """Figures as plain data, without the rate of every item."""
    precision, use, decisions = figures.precision, figures.use, figures.decisions
    return {
        "attempts": figures.attempts,
        **{name: _number(value) for name, value in vars(precision).items()},
        "exposure": {
            name: _number(getattr(use, name)) for name in ("highest", "unused", "overlap", "unevenness")
        },
        "content_violations": figures.violations,
        "decisions": None
        if decisions is None
        else {
            "accuracy": decisions.accuracy,
            "consistency": _number(decisions.consistency),
            "kappa": _number(decisions.kappa),
            "cuts": [{name: _number(value) for name, value in vars(cut).items()} for cut in decisions.cuts],
        },
    }


def _number(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else float(value)


def run_scenario(
    scenario: Scenario, pool: AdaptivePool | None = None, progress: Progress | None = None
) -> SimulationReport:
    """Simulate a scenario; ``pool`` is the one its ``pool_file`` names. Fixed by the scenario's seed.

    Raises InvalidParameters.
    """
    streams = [np.random.default_rng(seed) for seed in np.random.SeedSequence(scenario.seed).spawn(4)]
    bank, drawn = _pool(scenario, pool, streams[0]), scenario.population.draw(streams[1])
    plan, fitted = scenario.plan, None
    if scenario.exposure is not None:
        fitted = fit_exposure(bank, plan, scenario.exposure, drawn.theta, streams[2])
        plan = replace(plan, exposure=fitted.control)
    prepared = PreparedPlan(bank, plan)
    seated = [Examinees.of(drawn.theta, streams[3], drawn.priors) for _ in range(scenario.replications)]
    runs = []
    counts = None if fitted is None else fitted.counts
    for examinees in seated:
        if counts is None or scenario.exposure is None:
            runs.append(administer(prepared, examinees))
        else:
            run, counts = administer_adapting(bank, scenario.plan, scenario.exposure, counts, examinees)
            runs.append(run)
        if progress is not None:
            progress(len(runs), scenario.replications)
    form, fixed = _fixed(scenario, prepared, drawn, seated, runs)
    return SimulationReport(
        scenario=scenario,
        items=len(bank),
        examinees=len(drawn.theta),
        adaptive=DesignFigures.of(scenario, drawn, runs),
        fixed=fixed,
        form=form,
        exposure=fitted,
    )


def _pool(scenario: Scenario, pool: AdaptivePool | None, rng: np.random.Generator) -> AdaptivePool:
    if pool is not None:
        return pool
    if scenario.pool is None:
        raise InvalidParameters(f"The scenario needs the pool of {scenario.pool_file!r}.")
    return scenario.pool.draw(rng)


def _fixed(
    scenario: Scenario,
    prepared: PreparedPlan,
    drawn: PopulationDraw,
    seated: Sequence[Examinees],
    runs: Sequence[AdaptiveSimulation],
) -> tuple[tuple[int, ...], DesignFigures | None]:
    if not scenario.fixed_form.compare:
        return (), None
    length = scenario.fixed_form.length or round(float(np.mean([run.mean_length for run in runs])))
    form = best_fixed_form(prepared, length, drawn.theta)
    given = [administer_form(prepared, form, examinees) for examinees in seated]
    return tuple(form.tolist()), DesignFigures.of(scenario, drawn, given)
