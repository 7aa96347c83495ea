"""QTI usage data: statistics of items in a file of their own, item parameters among them."""

import math
from collections.abc import Sequence
from xml.etree.ElementTree import Element

from item_bank.errors import InvalidImport
from item_bank.formats.places import Place
from item_bank.formats.qti.names import QtiVersion, node, serialised, xml_document
from item_bank.formats.reports import Report
from item_bank.formats.usage_statistics import UsageStatistic
from item_bank.safe_xml import local_name

_ORDINARY, _CATEGORIZED = "ordinaryStatistic", "categorizedStatistic"


def read_usage(root: Element, place: Place, report: Report) -> list[UsageStatistic]:
    """Return the statistics; what is none is reported."""
    found = []
    for entry in root:
        if local_name(entry) not in (_ORDINARY, _CATEGORIZED):
            report.lose("", place, "no_place", local_name(entry), content=serialised(entry))
            continue
        for target in _children(entry, "targetObject"):
            with report.collecting(target.get("identifier", ""), place):
                found.append(_statistic(entry, target, place))
    return found


def usage_document(statistics: Sequence[UsageStatistic], version: QtiVersion) -> bytes:
    """Return the bytes of a usage data file."""
    root = Element("usageData", {"xmlns": version.usage_namespace})
    for statistic in statistics:
        entry = node(root, _CATEGORIZED if statistic.categories else _ORDINARY)
        entry.set("name", statistic.name)
        entry.set("context", statistic.context or "urn:context:unknown")
        for name, value in (
            ("caseCount", str(statistic.case_count or "")),
            ("stdError", "" if statistic.standard_error is None else repr(statistic.standard_error)),
            ("lastUpdated", statistic.last_updated),
        ):
            if value:
                entry.set(name, value)
        target = node(entry, "targetObject", identifier=statistic.item)
        if statistic.part:
            target.set("partIdentifier", statistic.part)
        _write_value(entry, statistic)
    return xml_document(root)


def _write_value(entry: Element, statistic: UsageStatistic) -> None:
    if not statistic.categories:
        node(entry, "value", repr(statistic.value))
        return
    mapping = node(entry, "mapping", defaultValue="0")
    for key, value in statistic.categories:
        node(mapping, "mapEntry", mapKey=key, mappedValue=repr(value))


def _statistic(entry: Element, target: Element, place: Place) -> UsageStatistic:
    values = _children(entry, "value")
    error = entry.get("stdError")
    return UsageStatistic(
        item=target.get("identifier", ""),
        name=entry.get("name", ""),
        value=_number(values[0].text or "", place) if values else None,
        context=entry.get("context", ""),
        part=target.get("partIdentifier", ""),
        case_count=int(_number(entry.get("caseCount", "0"), place)),
        standard_error=None if error is None else _number(error, place),
        last_updated=entry.get("lastUpdated", ""),
        categories=tuple(
            (pair.get("mapKey", ""), _number(pair.get("mappedValue", ""), place))
            for mapping in _children(entry, "mapping")
            for pair in _children(mapping, "mapEntry")
        ),
    )


def _number(written: str, place: Place) -> float:
    try:
        number = float(written)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise InvalidImport("import_qti", reason=f"“{written[:40]}” is no number in the usage data")
    return number


def _children(element: Element, name: str) -> list[Element]:
    return [child for child in element if local_name(child) == name]
