"""Item calibration by marginal maximum likelihood with optional priors."""

from psychometrics.calibration.estimation import calibrate
from psychometrics.calibration.plan import (
    DEFAULT_GUESSING_PRIOR,
    MODELS,
    CalibrationPlan,
    Model,
    NormalPrior,
    Priors,
    Progress,
)
from psychometrics.calibration.result import Calibration, ItemStandardErrors

__all__ = [
    "DEFAULT_GUESSING_PRIOR",
    "MODELS",
    "Calibration",
    "CalibrationPlan",
    "ItemStandardErrors",
    "Model",
    "NormalPrior",
    "Priors",
    "Progress",
    "calibrate",
]
