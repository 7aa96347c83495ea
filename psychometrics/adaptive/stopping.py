"""When an adaptive attempt ends."""

from __future__ import annotations

from typing import Literal

from psychometrics.adaptive.plan import AdaptivePlan

StopReason = Literal["standard_error", "maximum_length", "pool_exhausted"]


def stop_reason(plan: AdaptivePlan, length: int, standard_error: float) -> StopReason | None:
    """Why an attempt of this length and precision ends, or None. The maximum length is looked at first."""
    if length >= plan.maximum_length:
        return "maximum_length"
    target = plan.standard_error_target
    if target is not None and length >= plan.minimum_length and standard_error <= target:
        return "standard_error"
    return None
