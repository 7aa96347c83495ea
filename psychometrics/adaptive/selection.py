"""Maximum information selection from precomputed rankings."""

from __future__ import annotations

from dataclasses import dataclass

from psychometrics.adaptive.state import AdministrationState


@dataclass(frozen=True, slots=True)
class Candidate:
    """An item that could have been chosen and its Fisher information at the interim θ."""

    item: int
    information: float


def most_informative(state: AdministrationState, theta: float, area: str | None) -> tuple[Candidate, ...]:
    """Up to ``plan.randomesque`` eligible items of the area (None: of the pool), best first.

    Information is that of the grid point nearest to θ.
    """
    pool, barred = state.pool, state.barred
    row = pool.grid_index(theta)
    ranking = (pool.whole_ranking if area is None else pool.rankings[area])[row]
    wanted = state.plan.randomesque
    # Among this many leading items at least `wanted` are not barred, unless the ranking ends first.
    leading = ranking[: wanted + len(barred)].tolist()
    found = [item for item in leading if item not in barred][:wanted]
    return tuple(Candidate(item, float(pool.information[row, item])) for item in found)
