"""A panel: modules in stages, and the routes through them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import TypeAlias

from psychometrics.assembly.multistage import PanelSpecification
from psychometrics.errors import InvalidParameters
from psychometrics.item_collections import ItemCollection

Route: TypeAlias = tuple[int, ...]
"""One module number (from 0) of each stage so far."""


@dataclass(frozen=True, eq=False)
class Panel:
    """``stages``: for each stage its modules in order of difficulty, each a tuple of indices into ``items``.

    ``routes`` are the ways through all stages that an examinee may go; empty means all. The first stage has
    one module, and no route meets an item twice. Raises InvalidParameters.
    """

    items: ItemCollection
    stages: tuple[tuple[tuple[int, ...], ...], ...]
    routes: tuple[Route, ...] = ()

    def __post_init__(self) -> None:
        stages = tuple(tuple(tuple(module) for module in stage) for stage in self.stages)
        object.__setattr__(self, "stages", stages)
        if len(stages) < 2 or not all(module for stage in stages for module in stage) or not all(stages):
            raise InvalidParameters("A panel needs two or more stages of modules with items.")
        if len(stages[0]) != 1:
            raise InvalidParameters("The first stage of a panel has one module, which routes to the others.")
        every = tuple(product(*(range(len(stage)) for stage in stages)))
        routes = tuple(tuple(route) for route in self.routes) or every
        object.__setattr__(self, "routes", tuple(sorted(set(routes))))
        if not set(routes) <= set(every):
            raise InvalidParameters("Each route needs one module of every stage.")
        self._check_items()

    def _check_items(self) -> None:
        for route in self.routes:
            given = self.route_items(route)
            if not all(0 <= item < len(self.items) for item in given):
                raise InvalidParameters(f"A module holds an item that is not among the {len(self.items)}.")
            if len(set(given)) < len(given):
                name = "-".join(str(module + 1) for module in route)
                raise InvalidParameters(f"The route {name} meets an item twice.")

    @classmethod
    def from_assembly(
        cls, items: ItemCollection, specification: PanelSpecification, forms: Sequence[Sequence[int]]
    ) -> tuple[Panel, ...]:
        """The panels whose modules are the assembled ``forms`` of :func:`multistage_plan`, panel by panel.

        Raises InvalidParameters.
        """
        sizes = [len(stage) for stage in specification.stages]
        if not forms or len(forms) % sum(sizes):
            raise InvalidParameters(f"A panel has {sum(sizes)} modules; {len(forms)} forms make no panels.")
        panels = []
        for start in range(0, len(forms), sum(sizes)):
            place, stages = start, []
            for size in sizes:
                stages.append(tuple(tuple(form) for form in forms[place : place + size]))
                place += size
            panels.append(cls(items, tuple(stages), specification.routes))
        return tuple(panels)

    @property
    def beginnings(self) -> tuple[Route, ...]:
        """Every beginning of a route after which another stage follows, the shortest first."""
        found = {route[:length] for route in self.routes for length in range(1, len(self.stages))}
        return tuple(sorted(found, key=lambda route: (len(route), route)))

    def destinations(self, route: Route) -> tuple[int, ...]:
        """Modules of the next stage that may follow the beginning ``route``, the easiest first."""
        length = len(route)
        return tuple(sorted({full[length] for full in self.routes if full[:length] == route}))

    def module(self, route: Route) -> tuple[int, ...]:
        """Items of the last module of a route."""
        return self.stages[len(route) - 1][route[-1]]

    def route_items(self, route: Route) -> tuple[int, ...]:
        """Items of a route or of a beginning, in order of presentation."""
        return tuple(
            item for stage, module in zip(self.stages, route, strict=False) for item in stage[module]
        )
