"""Item calibration by marginal maximum likelihood with optional priors."""

from psychometrics.calibration.estimation import calibrate
from psychometrics.calibration.plan import (
    DEFAULT_GUESSING_PRIOR,
    DEFAULT_UPPER_ASYMPTOTE_PRIOR,
    MODELS,
    SPARSE_BANK_PRIORS,
    Anchors,
    CalibrationPlan,
    Model,
    NormalPrior,
    Priors,
    Progress,
)
from psychometrics.calibration.pretest import PretestCalibration, PretestMethod, calibrate_pretest
from psychometrics.calibration.result import (
    Calibration,
    ItemStandardErrors,
    LatentGroup,
    ParameterCovariance,
    RegressionEstimates,
)

__all__ = [
    "DEFAULT_GUESSING_PRIOR",
    "DEFAULT_UPPER_ASYMPTOTE_PRIOR",
    "MODELS",
    "SPARSE_BANK_PRIORS",
    "Anchors",
    "Calibration",
    "CalibrationPlan",
    "ItemStandardErrors",
    "LatentGroup",
    "Model",
    "NormalPrior",
    "ParameterCovariance",
    "PretestCalibration",
    "PretestMethod",
    "Priors",
    "Progress",
    "RegressionEstimates",
    "calibrate",
    "calibrate_pretest",
]
