"""What responses tell of each item, gathered for the table of the bank."""

from collections.abc import Mapping
from typing import Any

from testing_center.domain.item_catalogue import ItemFigures
from testing_center.domain.ports import UnitOfWork


def refresh_figures(work: UnitOfWork) -> None:
    """Gather the newest calibration of every subject and the exposure in exams; does not commit."""
    figures = {
        one["item_key"]: _figures(one)
        for result in work.calibrations.newest_results()
        for one in result.get("items", ())
    }
    for key, exposure in work.catalogue.exposures().items():
        known = figures.get(key, ItemFigures())
        figures[key] = ItemFigures(**{**vars(known), "exposure": exposure})
    work.catalogue.replace_figures(figures)


def _figures(one: Mapping[str, Any]) -> ItemFigures:
    return ItemFigures(one.get("n"), one.get("p"), one.get("item_rest"), one.get("outfit"), one.get("dif"))
