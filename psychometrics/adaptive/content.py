"""Content balancing: which area the next item comes from (Kingsbury & Zara 1989)."""

from __future__ import annotations

from collections.abc import Mapping

from psychometrics.adaptive.state import AdministrationState


def area_deficits(state: AdministrationState) -> dict[str, float]:
    """For each targeted area, how many items it lacks of its share of the attempt once the next is given."""
    following = len(state.given) + 1
    return {
        area: share * following - state.area_counts[area] for area, share in state.plan.area_targets.items()
    }


def next_area(state: AdministrationState, deficits: Mapping[str, float]) -> str | None:
    """The area with the largest deficit among those with items left; None if no targeted area has any.

    Ties go to the area named first in the plan. Areas with a zero share never come.
    """
    best: str | None = None
    largest = float("-inf")
    for area, deficit in deficits.items():
        eligible = state.area_remaining[area] > 0 and state.plan.area_targets[area] > 0
        if eligible and deficit > largest + 1e-9:
            best, largest = area, deficit
    return best
