"""Plans of tests as QTI assessment tests."""

from collections.abc import Mapping
from xml.etree.ElementTree import Element

from item_bank.formats.exam_plans import ExamPlan, PlannedItem, PlannedSection, TimeLimit
from item_bank.formats.qti.names import node
from item_bank.identifiers import ItemKey


def plan_element(plan: ExamPlan, paths: Mapping[ItemKey, str]) -> Element:
    """Return a plan as a plain element; ``paths`` are the files of its items in the package."""
    root = Element("qti-assessment-test", {"identifier": plan.identifier, "title": plan.title})
    _write_time(root, plan.time)
    for part in plan.parts:
        written = node(
            root,
            "qti-test-part",
            identifier=part.identifier,
            navigation_mode="linear" if part.linear else "nonlinear",
            submission_mode="individual" if part.individual else "simultaneous",
        )
        _write_time(written, part.time)
        for section in part.sections:
            _write_section(written, section, paths)
    return root


def _write_section(parent: Element, section: PlannedSection, paths: Mapping[ItemKey, str]) -> None:
    written = node(
        parent,
        "qti-assessment-section",
        identifier=section.identifier,
        title=section.title,
        visible="true",
        keep_together="true" if section.keep_together else "false",
    )
    _write_time(written, section.time)
    if section.select:
        node(written, "qti-selection", select=str(section.select))
    if section.shuffle:
        node(written, "qti-ordering", shuffle="true")
    for member in section.members:
        if isinstance(member, PlannedSection):
            _write_section(written, member, paths)
        else:
            _write_item(written, member, paths)


def _write_item(parent: Element, item: PlannedItem, paths: Mapping[ItemKey, str]) -> None:
    path = paths.get(ItemKey(item.item), f"items/{item.item}.xml")
    written = node(parent, "qti-assessment-item-ref", identifier=item.identifier, href=f"../{path}")
    if item.categories:
        written.set("category", " ".join(item.categories))
    if item.required:
        written.set("required", "true")
    if item.fixed:
        written.set("fixed", "true")
    _write_time(written, item.time)
    if item.weight != 1:
        node(written, "qti-weight", identifier="WEIGHT", value=repr(item.weight))


def _write_time(parent: Element, limit: TimeLimit) -> None:
    if limit == TimeLimit():
        return
    written = node(parent, "qti-time-limits")
    if limit.fewest:
        written.set("min-time", repr(limit.fewest))
    if limit.most:
        written.set("max-time", repr(limit.most))
    if limit.late_allowed:
        written.set("allow-late-submission", "true")
