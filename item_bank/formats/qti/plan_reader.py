"""QTI assessment tests as plans; what a plan has no place for is reported."""

from collections.abc import Callable
from typing import Final
from xml.etree.ElementTree import Element

from item_bank.formats.exam_plans import ExamPlan, PlannedItem, PlannedPart, PlannedSection, TimeLimit
from item_bank.formats.places import Place
from item_bank.formats.qti.declarations import exact
from item_bank.formats.qti.names import count, flag, serialised
from item_bank.formats.reports import Report

_KNOWN: Final = frozenset(
    [
        *("qti-time-limits", "qti-test-part", "qti-assessment-section", "qti-assessment-item-ref"),
        *("qti-selection", "qti-ordering", "qti-weight"),
    ]
)


class PlanReader:
    """Reads the test in one file; ``name_of`` gives the item that an address in it leads to."""

    def __init__(self, place: Place, report: Report, name_of: Callable[[str], str | None]) -> None:
        self._place = place
        self._report = report
        self._name_of = name_of

    def read(self, root: Element) -> ExamPlan:
        """Return the plan; raises ``InvalidImport`` for a limit that is no number."""
        self._lose_rest(root)
        parts = tuple(self._part(part) for part in root.findall("qti-test-part"))
        title = root.get("title", "")
        return ExamPlan(root.get("identifier", ""), title, parts, _time(root))

    def _part(self, part: Element) -> PlannedPart:
        self._lose_rest(part)
        return PlannedPart(
            identifier=part.get("identifier", ""),
            sections=tuple(self._section(section) for section in part.findall("qti-assessment-section")),
            linear=part.get("navigation-mode", "linear") == "linear",
            individual=part.get("submission-mode", "individual") == "individual",
            time=_time(part),
        )

    def _section(self, section: Element) -> PlannedSection:
        self._lose_rest(section)
        selection, ordering = section.find("qti-selection"), section.find("qti-ordering")
        if selection is not None and flag(selection, "with-replacement"):
            self._lose("with-replacement", serialised(selection))
        members: list[PlannedItem | PlannedSection] = []
        for child in section:
            if child.tag == "qti-assessment-section":
                members.append(self._section(child))
            elif child.tag == "qti-assessment-item-ref":
                members += self._items(child)
        return PlannedSection(
            identifier=section.get("identifier", ""),
            title=section.get("title", ""),
            members=tuple(members),
            select=0 if selection is None else count(selection, "select"),
            shuffle=ordering is not None and flag(ordering, "shuffle"),
            keep_together=flag(section, "keep-together", default=True),
            time=_time(section),
        )

    def _items(self, reference: Element) -> list[PlannedItem]:
        self._lose_rest(reference)
        item = self._name_of(reference.get("href", ""))
        if item is None:
            self._lose("reference to an item that was not taken over", serialised(reference))
            return []
        weights = reference.findall("qti-weight")
        if len(weights) > 1:
            self._lose("qti-weight", serialised(reference))
        return [
            PlannedItem(
                identifier=reference.get("identifier", ""),
                item=item,
                categories=tuple(reference.get("category", "").split()),
                required=flag(reference, "required"),
                fixed=flag(reference, "fixed"),
                weight=float(exact(weights[0].get("value", "1"))) if weights else 1,
                time=_time(reference),
            )
        ]

    def _lose_rest(self, element: Element) -> None:
        for child in element:
            if child.tag not in _KNOWN:
                self._lose(str(child.tag), serialised(child))
        for name, lost in (("visible", "false"), ("required", "true"), ("fixed", "true")):
            if element.tag == "qti-assessment-section" and element.get(name) == lost:
                self._lose(f"{name} of a section", element.get("identifier", ""))

    def _lose(self, element: str, content: str) -> None:
        self._report.lose("", self._place, "no_place", element, content=content)


def _time(element: Element) -> TimeLimit:
    limits = element.find("qti-time-limits")
    if limits is None:
        return TimeLimit()
    fewest, most = (float(exact(limits.get(name, "0"))) for name in ("min-time", "max-time"))
    return TimeLimit(fewest, most, flag(limits, "allow-late-submission"))
