"""Statistics of items as other systems report them, parameters of response models among them."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Final

PARAMETER_NAMES: Final[Mapping[str, str]] = {
    "A-Parm": "discrimination",
    "B-Parm": "difficulty",
    "C-Parm": "guessing",
    "D-Parm": "upper_asymptote",
}
"""QTI's names of the parameters of the logistic models, and the item bank's."""


@dataclass(frozen=True)
class UsageStatistic:
    """One number about an item, or about ``part`` of it, in a ``context`` (who was tested, when).

    ``categories`` holds the values of a statistic with several, such as step difficulties; ``value`` is
    ``None`` then. Parameters are as reported, on the scale of the context.
    """

    item: str
    name: str
    value: float | None
    context: str = ""
    part: str = ""
    case_count: int = 0
    standard_error: float | None = None
    last_updated: str = ""
    categories: tuple[tuple[str, float], ...] = ()

    @property
    def parameter(self) -> str:
        """The parameter of a response model that this is, or an empty text."""
        return "" if self.value is None else PARAMETER_NAMES.get(self.name, "")

    def to_data(self) -> dict[str, object]:
        """Return JSON-able data."""
        return {**asdict(self), "categories": dict(self.categories), "parameter": self.parameter}
