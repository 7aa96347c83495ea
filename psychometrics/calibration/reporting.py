"""The result of a calibration from its working vector and the covariance of that."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from psychometrics.arrays import AnyArray, FloatArray
from psychometrics.calibration.acceleration import Outcome
from psychometrics.calibration.families import ItemFamily, Kind
from psychometrics.calibration.plan import CalibrationPlan
from psychometrics.calibration.preparation import Prepared
from psychometrics.calibration.result import (
    Calibration,
    ItemStandardErrors,
    LatentGroup,
    ParameterCovariance,
    RegressionEstimates,
)
from psychometrics.calibration.standard_errors import WorkingCovariance
from psychometrics.calibration.working_model import WorkingModel

SMALLEST_SLOPE = 0.05
"""Discrimination below which the difficulty is not worth the name, if there is no standard error to ask."""

NAMED_ITEMS = 10
LARGEST_COVARIANCE = 4000
"""Reported parameters beyond which their joint covariance is not kept."""


def report_of(
    ready: Prepared, working: WorkingModel, outcome: Outcome, covariance: WorkingCovariance, seconds: float
) -> Calibration:
    """Everything a calibration reports."""
    vector = outcome.point.vector
    items = working.split(vector)[0]
    errors = item_standard_errors(working, vector, covariance)
    return Calibration(
        model=ready.models[0] if len(set(ready.models)) == 1 else "mixed",
        models=ready.models,
        items=working.items.collection(items),
        standard_errors=errors,
        groups=latent_groups(ready, working, vector, covariance),
        regression=_regression(ready, working, vector, covariance),
        examinees=ready.matrix.examinees,
        parameters=len(vector),
        log_likelihood=outcome.point.objective - working.items.log_prior(items),
        objective=outcome.point.objective,
        objective_trace=np.array(outcome.objectives),
        iterations=outcome.passes,
        gradient=outcome.point.steepness,
        converged=outcome.converged,
        seconds=seconds,
        message=_message(outcome, working, ready.plan),
        findings=dict(sorted((_findings(working, items, covariance, errors) | ready.unlinked).items())),
        covariance=_reported_covariance(ready, working, vector, covariance),
    )


def item_standard_errors(
    working: WorkingModel, vector: FloatArray, covariance: WorkingCovariance
) -> ItemStandardErrors:
    """Delta method from the covariance of each item's own parameters."""
    counts = np.diff(working.items.rows.starts)
    count, most = len(counts), int(counts.max())
    single = {name: np.full(count, np.nan) for name in ("discrimination", "guessing", "upper_asymptote")}
    several = {
        "threshold": np.full((count, most - 1), np.nan),
        "nominal_slope": np.full((count, most), np.nan),
        "nominal_intercept": np.full((count, most), np.nan),
    }
    for place, parameters in working.items.parameters(working.split(vector)[0]):
        family = place.family
        size = parameters.shape[1]
        jacobian = family.reported(parameters).jacobian
        own = covariance.items[family.items][:, :size, :size]
        variance = np.einsum("jmp,jpr,jmr->jm", jacobian, own, jacobian)
        errors = np.sqrt(np.maximum(variance, 0.0))
        for column, (kind, number) in enumerate(_numbered(family)):
            if kind in several:
                shift = 0 if kind == "threshold" else 1
                several[kind][family.items, number - 1 + shift] = errors[:, column]
            else:
                single[kind][family.items] = errors[:, column]
    right_wrong = np.where(counts == 2, several["threshold"][:, 0], np.nan)
    deviation_errors = _population_errors(working, vector, covariance)[1]
    known = deviation_errors[np.isfinite(deviation_errors)]
    return ItemStandardErrors(
        discrimination=single["discrimination"],
        difficulty=right_wrong,
        guessing=single["guessing"],
        upper_asymptote=single["upper_asymptote"],
        thresholds=several["threshold"],
        nominal_slopes=several["nominal_slope"],
        nominal_intercepts=several["nominal_intercept"],
        latent_standard_deviation=float(known[0]) if len(known) else float("nan"),
        method=covariance.method,
    )


def _numbered(family: ItemFamily) -> Iterator[tuple[Kind, int]]:
    """Each reported parameter of an item with its number among those of its kind, from 1."""
    met: dict[Kind, int] = {}
    for kind in family.kinds:
        met[kind] = met.get(kind, 0) + 1
        yield kind, met[kind]


def _population_errors(
    working: WorkingModel, vector: FloatArray, covariance: WorkingCovariance
) -> tuple[FloatArray, FloatArray]:
    """Standard errors of means and coefficients (G + P,) and of deviations (G,); NaN where fixed."""
    population = working.population
    errors = np.sqrt(np.maximum(np.diagonal(covariance.population), 0.0))
    split = int(population.free_locations.sum())
    locations = np.full(len(population.free_locations), np.nan)
    locations[population.free_locations] = errors[:split]
    deviations = np.full(population.groups, np.nan)
    state = working.state(vector)
    loose = population.free_deviation
    deviations[loose] = errors[split:] * state.deviations[loose]
    return locations, deviations


def latent_groups(
    ready: Prepared, working: WorkingModel, vector: FloatArray, covariance: WorkingCovariance
) -> tuple[LatentGroup, ...]:
    """Moments of the groups with standard errors."""
    state = working.state(vector)
    locations, deviations = _population_errors(working, vector, covariance)
    sizes = np.bincount(ready.examinees.group, minlength=working.population.groups)
    return tuple(
        LatentGroup(
            label,
            int(sizes[number]),
            float(state.means[number]),
            float(state.deviations[number]),
            float(locations[number]),
            float(deviations[number]),
        )
        for number, label in enumerate(working.population.labels)
    )


def _regression(
    ready: Prepared, working: WorkingModel, vector: FloatArray, covariance: WorkingCovariance
) -> RegressionEstimates | None:
    population = working.population
    if not population.regressors:
        return None
    errors = _population_errors(working, vector, covariance)[0][population.groups :]
    return RegressionEstimates(_covariate_names(ready, working), working.state(vector).coefficients, errors)


def _covariate_names(ready: Prepared, working: WorkingModel) -> tuple[str, ...]:
    given = ready.plan.covariate_names
    return tuple(given) if given else tuple(f"x{k + 1}" for k in range(working.population.regressors))


def _reported_covariance(
    ready: Prepared, working: WorkingModel, vector: FloatArray, covariance: WorkingCovariance
) -> ParameterCovariance | None:
    """Joint covariance of all reported parameters by the delta method."""
    if covariance.joint is None or not len(vector) or len(vector) > LARGEST_COVARIANCE:
        return None
    labels: list[tuple[int, str]] = []
    parts: list[FloatArray] = []
    for place, parameters in working.items.parameters(working.split(vector)[0]):
        family = place.family
        jacobian = family.reported(parameters).jacobian
        rows = np.zeros((*jacobian.shape[:2], len(vector)))
        index = np.arange(len(jacobian))
        for parameter in range(parameters.shape[1]):
            rows[index, :, place.slots[:, parameter]] = jacobian[:, :, parameter]
        parts.append(rows.reshape(-1, len(vector)))
        names = [_label(kind, number) for kind, number in _numbered(family)]
        labels.extend((int(item), name) for item in family.items for name in names)
    state, population = working.state(vector), working.population
    names = [f"mean:{label}" for label in population.labels]
    names += [f"coefficient:{name}" for name in _covariate_names(ready, working)]
    free = [name for name, loose in zip(names, population.free_locations, strict=True) if loose]
    free += [
        f"standard_deviation:{label}"
        for label, loose in zip(population.labels, population.free_deviation, strict=True)
        if loose
    ]
    labels.extend((-1, name) for name in free)
    change = np.ones(population.size)
    change[int(population.free_locations.sum()) :] = state.deviations[population.free_deviation]
    tail = np.zeros((population.size, len(vector)))
    tail[:, working.items.size :] = np.diag(change)
    whole = np.concatenate([*parts, tail])
    return ParameterCovariance(tuple(labels), whole @ covariance.joint @ whole.T)


def _label(kind: Kind, number: int) -> str:
    names = {"threshold": f"b{number}", "nominal_slope": f"slope{number}"}
    names["nominal_intercept"] = f"intercept{number}"
    return names.get(kind, kind)


def _findings(
    working: WorkingModel, items: FloatArray, covariance: WorkingCovariance, errors: ItemStandardErrors
) -> dict[int, str]:
    """What the responses hardly determine, by item."""
    found = dict.fromkeys(covariance.undetermined, "its parameters are not determined by the responses")
    for place, parameters in working.items.parameters(items):
        family = place.family
        if "discrimination" not in family.kinds or family.shared:
            continue
        slope = family.reported(parameters).values[:, 0]
        margin = errors.discrimination[family.items]
        flat = np.abs(slope) < np.where(np.isfinite(margin), 2 * margin, SMALLEST_SLOPE)
        for item in family.items[flat].tolist():
            found.setdefault(item, "does not discriminate, so its difficulty is not determined")
    return found


def _message(outcome: Outcome, working: WorkingModel, plan: CalibrationPlan) -> str:
    if outcome.converged:
        return "Converged."
    items = outcome.point.vector[: working.items.size]
    at_wall = working.items.items_of(working.items.at_wall(items))
    steep = working.items.items_of(_steep(outcome.point.scaled_gradient[: len(items)], plan))
    if at_wall or outcome.stalled:
        named = [plan.name_of(item) for item in at_wall or steep]
        more = f" and {len(named) - NAMED_ITEMS} more" if len(named) > NAMED_ITEMS else ""
        names = ", ".join(named[:NAMED_ITEMS]) + more
        return f"Not converged: no finite maximum was found for {names}. Put priors on or leave them out."
    return f"Not converged after {outcome.passes} iterations. Raise the limit or put priors on."


def _steep(scaled_gradient: FloatArray, plan: CalibrationPlan) -> AnyArray:
    return np.asarray(scaled_gradient >= plan.gradient_tolerance)
