"""Plans for multistage panels: modules in stages, and the paths that lead through them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product

from psychometrics.assembly.specification import (
    AssemblyPlan,
    CountLimit,
    FormSpecification,
    PathSpecification,
    QuantityLimit,
)
from psychometrics.errors import InvalidParameters


@dataclass(frozen=True)
class PanelSpecification:
    """Modules of each stage in order of difficulty, and limits that hold on every path through the stages.

    ``adjacent_only`` leaves out paths that jump over a neighbouring level from the second stage on, such as
    easy to hard in a 1-3-3 panel (Luecht & Nungester 1998).
    """

    stages: tuple[tuple[FormSpecification, ...], ...]
    path_counts: tuple[CountLimit, ...] = ()
    path_quantities: tuple[QuantityLimit, ...] = ()
    adjacent_only: bool = True

    def __post_init__(self) -> None:
        if len(self.stages) < 2 or not all(self.stages):
            raise InvalidParameters("A panel needs two or more stages with at least one module each.")

    @property
    def modules(self) -> tuple[FormSpecification, ...]:
        """All modules, stage by stage, named "stage 2 module 1" unless they have names."""
        return tuple(
            module if module.name else replace(module, name=f"stage {stage} module {number}")
            for stage, modules in enumerate(self.stages, start=1)
            for number, module in enumerate(modules, start=1)
        )

    @property
    def routes(self) -> tuple[tuple[int, ...], ...]:
        """Every path, as one module number (from 0) per stage."""
        routes = product(*(range(len(modules)) for modules in self.stages))
        return tuple(route for route in routes if not self.adjacent_only or self._is_adjacent(route))

    def _is_adjacent(self, route: Sequence[int]) -> bool:
        steps = zip(self.stages, self.stages[1:], route, route[1:], strict=False)
        return all(len(a) == 1 or len(a) != len(b) or abs(i - j) <= 1 for a, b, i, j in steps)


def multistage_plan(panel: PanelSpecification, panels: int = 1, *, maximum_uses: int = 1) -> AssemblyPlan:
    """Plan of ``panels`` parallel panels; an item enters at most ``maximum_uses`` modules, one on any path.

    Forms of the plan are the modules of the first panel, then those of the second, and so on.
    """
    if panels < 1:
        raise InvalidParameters("A plan needs at least one panel.")
    modules = panel.modules
    starts = [sum(len(stage) for stage in panel.stages[:k]) for k in range(len(panel.stages))]
    forms, paths = [], []
    for number in range(panels):
        prefix = f"panel {number + 1} " if panels > 1 else ""
        forms += [replace(module, name=prefix + module.name) for module in modules]
        for route in panel.routes:
            members = tuple(number * len(modules) + s + m for s, m in zip(starts, route, strict=True))
            name = prefix + "path " + "-".join(str(module + 1) for module in route)
            paths.append(PathSpecification(members, panel.path_counts, panel.path_quantities, name))
    return AssemblyPlan(tuple(forms), maximum_uses, None, tuple(paths))
