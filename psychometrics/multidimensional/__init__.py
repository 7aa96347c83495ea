"""Items of several dimensions: testlets (bifactor) and correlated scales."""

from psychometrics.multidimensional.estimation import calibrate_multidimensional
from psychometrics.multidimensional.grids import MultidimensionalPlan
from psychometrics.multidimensional.model import MultidimensionalModel
from psychometrics.multidimensional.omega import OmegaCoefficients, omega_coefficients
from psychometrics.multidimensional.result import MultidimensionalCalibration
from psychometrics.multidimensional.scores import DimensionScores, score_dimensions
from psychometrics.multidimensional.standard_errors import MultidimensionalErrors, specific_ratios
from psychometrics.multidimensional.structures import Scales, Testlets
from psychometrics.multidimensional.subscores import Subscores, augmented_subscores

__all__ = [
    "DimensionScores",
    "MultidimensionalCalibration",
    "MultidimensionalErrors",
    "MultidimensionalModel",
    "MultidimensionalPlan",
    "OmegaCoefficients",
    "Scales",
    "Subscores",
    "Testlets",
    "augmented_subscores",
    "calibrate_multidimensional",
    "omega_coefficients",
    "score_dimensions",
    "specific_ratios",
]
