"""The simulated pilot that gives demonstration items their parameters.

No person has answered these items. Hidden parameters are drawn by level and area, examinees drawn from
N(0, 1) answer a random booklet each, and the platform's own calibration estimates the parameters back.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from item_bank.content_files import ItemEntry
from item_bank.identifiers import AREAS
from psychometrics import (
    Calibration,
    CalibrationPlan,
    ItemParameters,
    NormalPrior,
    Priors,
    calibrate,
    simulate_responses,
)
from psychometrics.arrays import ScoreArray
from psychometrics.responses import NOT_PRESENTED

SEED: Final = 20260901
EXAMINEES: Final = 2000
BOOKLET_ITEMS: Final = 60

_LEVEL_DIFFICULTY: Final = {"know": -0.9, "apply": 0.0, "reason": 0.9}
_AREA_STEP: Final = 0.1
_DIFFICULTY_SPREAD: Final = 0.45
_LOG_DISCRIMINATION: Final = NormalPrior(float(np.log(1.25)), 0.22)


@dataclass(frozen=True, eq=False)
class SimulatedPilot:
    """The pilot of one subject: ``responses`` (examinees, items) in the order of ``item_keys``.

    ``hidden`` are the parameters the responses were simulated from, ``calibration`` what was estimated.
    """

    subject: str
    item_keys: tuple[str, ...]
    hidden: ItemParameters
    responses: ScoreArray
    calibration: Calibration

    @property
    def label(self) -> str:
        """What the parameters and the matrix are marked with wherever they are shown."""
        return pilot_label()


def pilot_label() -> str:
    """Return the name of the pilot with everything needed to repeat it."""
    return f"simulated pilot, seed {SEED}, {EXAMINEES} examinees, booklets of {BOOKLET_ITEMS} items"


def run_pilot(subject: str, items: Sequence[ItemEntry]) -> SimulatedPilot:
    """Simulate and calibrate the pilot of a subject; the same on every run.

    Items of both pools are calibrated together, so that trainer and exam share one scale.
    """
    ordered = sorted(items, key=lambda item: item.key)
    rng = np.random.default_rng([SEED, tuple(AREAS).index(subject)])
    hidden = _hidden_parameters(subject, ordered, rng)
    responses = _booklet_responses(hidden, rng)
    keys = tuple(item.key for item in ordered)
    plan = CalibrationPlan(
        priors=Priors(log_discrimination=NormalPrior(0.0, 0.5)),
        tolerance=1e-4,
        standard_errors="item_blocks",
        item_names=keys,
    )
    return SimulatedPilot(subject, keys, hidden, responses, calibrate(responses, model="2pl", plan=plan))


def _hidden_parameters(subject: str, items: Sequence[ItemEntry], rng: np.random.Generator) -> ItemParameters:
    """Draw a log-normally by item; b = level + area + N(0, spread²)."""
    areas = AREAS[subject]
    middle = (len(areas) - 1) / 2
    expected = [
        _LEVEL_DIFFICULTY[item.content.level] + _AREA_STEP * (areas.index(item.content.area) - middle)
        for item in items
    ]
    log_slopes = rng.normal(_LOG_DISCRIMINATION.mean, _LOG_DISCRIMINATION.standard_deviation, len(items))
    return ItemParameters.of(np.exp(log_slopes), rng.normal(expected, _DIFFICULTY_SPREAD))


def _booklet_responses(hidden: ItemParameters, rng: np.random.Generator) -> ScoreArray:
    """Simulate each examinee on a random booklet; the other items were not presented."""
    responses = simulate_responses(rng.standard_normal(EXAMINEES), hidden, rng)
    order = rng.random(responses.shape).argsort(axis=1)
    np.put_along_axis(responses, order[:, BOOKLET_ITEMS:], NOT_PRESENTED, axis=1)
    return responses
