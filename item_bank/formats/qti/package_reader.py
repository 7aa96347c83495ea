"""Content packages of QTI 2.1, 2.2 and 3.0, and single items.

The manifest says which file is what; files that it does not list and resources that the item bank does not
read are reported. Language variants of one item, which share its identifier, become one item.
"""

from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import Final
from xml.etree.ElementTree import Element

from item_bank.answer_keys import AnswerKey, Criterion, RubricKey, TextKey
from item_bank.errors import InvalidImport
from item_bank.formats.exam_plans import ExamPlan
from item_bank.formats.imported_items import ImportedItem, ImportedStimulus, ImportSettings
from item_bank.formats.places import Place
from item_bank.formats.protocol import ImportResult, SourceFile
from item_bank.formats.qti.item_reader import ItemSource, read_item
from item_bank.formats.qti.names import plain, serialised
from item_bank.formats.qti.package_files import PackageFiles
from item_bank.formats.qti.plan_reader import PlanReader
from item_bank.formats.qti.stimulus_reader import read_stimulus
from item_bank.formats.qti.usage_data import read_usage
from item_bank.formats.reports import Report
from item_bank.formats.usage_statistics import UsageStatistic
from item_bank.identifiers import StimulusKey
from item_bank.safe_xml import parse_xml
from item_bank.safe_zip import SafeZip

MANIFEST: Final = "imsmanifest.xml"
_NOISE: Final = (".DS_Store", "__MACOSX/", "Thumbs.db")
ITEM, TEST, STIMULUS, USAGE = (
    "qti-assessment-item",
    "qti-assessment-test",
    "qti-assessment-stimulus",
    "usageData",
)


@dataclass
class _Reading:
    """What has been read of a file so far."""

    format_name: str
    source: SourceFile
    settings: ImportSettings
    files: PackageFiles = field(default_factory=PackageFiles)
    report: Report = field(default_factory=Report)
    places: dict[str, dict[str, str]] = field(default_factory=dict)
    stimulus_keys: dict[str, StimulusKey] = field(default_factory=dict)
    stimuli: dict[StimulusKey, ImportedStimulus] = field(default_factory=dict)
    items: dict[str, ImportedItem] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    plans: list[ExamPlan] = field(default_factory=list)
    statistics: list[UsageStatistic] = field(default_factory=list)

    def result(self) -> ImportResult:
        """Return everything, items that cannot stand left out with their problem."""
        refused = {entry.item for entry in self.report.problems if entry.error.code != "import_name_twice"}
        for item in self.items.values():
            if item.name in refused:  # one of its languages cannot be read: half an item is none
                continue
            with self.report.collecting(item.name, item.place):
                self.report.add(item)
        return ImportResult(
            self.format_name,
            self.source,
            tuple(self.report.items),
            tuple(self.report.losses),
            tuple(self.report.problems),
            tuple(self.stimuli.values()),
            tuple(self.files.media.values()),
            tuple(self.plans),
            tuple(self.statistics),
        )


def read_qti(source: SourceFile, settings: ImportSettings, format_name: str) -> ImportResult:
    """Return what a package or a single file holds; raises ``InvalidImport`` if that cannot be read."""
    reading = _Reading(format_name, source, settings)
    if source.content.startswith(b"PK") or source.name.casefold().endswith(".zip"):
        reading.files = PackageFiles(SafeZip(source.content, source.name))
        _read_package(reading)
    else:
        root = plain(parse_xml(source.content, source.name))
        if root.tag not in (ITEM, TEST, STIMULUS, USAGE):
            raise InvalidImport("import_qti", reason=f"it begins with <{root.tag}>")
        _read_file(reading, source.name, root)
    return reading.result()


def _read_package(reading: _Reading) -> None:
    entries = reading.files.entries
    if MANIFEST not in entries:
        raise InvalidImport("import_qti", reason=f"the package has no {MANIFEST} at its top")
    manifest = plain(parse_xml(entries[MANIFEST], MANIFEST))
    roots: dict[str, Element] = {}
    listed = {MANIFEST}
    for resource in manifest.iter("resource"):
        listed |= {path for file in resource.iter("file") if (path := _path(reading, file))}
        path = _path(reading, resource)
        if path is None:
            _lose_resource(reading, resource)
            continue
        listed.add(path)
        _read_resource(reading, resource, path, roots)
    for kind in (USAGE, STIMULUS, ITEM, TEST):
        for path, root in roots.items():
            if root.tag == kind:
                _read_file(reading, path, root)
    for path in entries:
        if path not in listed and not any(noise in path for noise in _NOISE):
            reading.report.lose(
                "", Place(file=path), "no_place", path, content="the manifest does not list it"
            )


def _path(reading: _Reading, element: Element) -> str | None:
    return reading.files.path(element.get("href", ""), MANIFEST)


def _lose_resource(reading: _Reading, resource: Element) -> None:
    name, place = resource.get("identifier", ""), Place(file=MANIFEST)
    with reading.report.collecting(name, place):
        reason = (
            f"the file “{resource.get('href', '')[:80]}” of the resource “{name[:40]}” is not in the package"
        )
        if resource.get("href") and resource.get("type", "").startswith("imsqti"):
            raise InvalidImport("import_qti", reason=reason)
        if resource.get("href"):
            reading.report.lose("", place, "media_missing", f"resource {name}")


def _read_resource(reading: _Reading, resource: Element, path: str, roots: dict[str, Element]) -> None:
    kind = resource.get("type", "")
    reading.places[path] = _classified(resource)
    if not kind.startswith("imsqti") and not _is_statistics(path, kind):
        return
    with reading.report.collecting(resource.get("identifier", ""), Place(file=path)):
        root = plain(parse_xml(reading.files.entries[path], path))
        if root.tag not in (ITEM, TEST, STIMULUS, USAGE):
            reading.report.lose("", Place(file=path), "no_place", kind, content=serialised(root))
            return
        roots[path] = root
        if root.tag == STIMULUS:
            reading.stimulus_keys[path] = StimulusKey(root.get("identifier", ""))
        if root.tag == ITEM:
            _lose_metadata(reading, resource, root.get("identifier", ""), path)


def _is_statistics(path: str, kind: str) -> bool:
    return "usagedata" in kind.casefold() or "usagedata" in PurePosixPath(path).name.casefold()


def _classified(resource: Element) -> dict[str, str]:
    """Return what the item bank wrote of subject, area, level and family."""
    found = {}
    for entry in resource.iter("classification"):
        if entry.findtext("purpose/source") == "Synak":
            found[entry.findtext("purpose/value") or ""] = entry.findtext("taxonPath/taxon/id") or ""
    return found


def _lose_metadata(reading: _Reading, resource: Element, item: str, path: str) -> None:
    metadata = resource.find("metadata")
    if metadata is not None and not reading.places[path]:
        content = serialised(metadata)
        reading.report.lose(item, Place(file=MANIFEST), "no_place", "metadata", content=content)


def _read_file(reading: _Reading, path: str, root: Element) -> None:
    place = Place(file=path)
    name = root.get("identifier", "")
    with reading.report.collecting(name, place):
        if root.tag == ITEM:
            item = read_item(_item_source(reading, root, place), reading.report)
            _take(reading, item)
            reading.names[path] = item.name
        elif root.tag == STIMULUS:
            _take_stimulus(reading, read_stimulus(_item_source(reading, root, place), reading.report))
        elif root.tag == USAGE:
            reading.statistics += read_usage(root, place, reading.report)
        else:
            reader = PlanReader(place, reading.report, lambda href: _named(reading, href, path))
            reading.plans.append(reader.read(root))


def _named(reading: _Reading, href: str, base: str) -> str | None:
    return reading.names.get(reading.files.path(href, base) or "")


def _item_source(reading: _Reading, root: Element, place: Place) -> ItemSource:
    places = reading.places.get(place.file, {})
    return ItemSource(root, place, reading.files, reading.settings, places, reading.stimulus_keys)


def _take(reading: _Reading, item: ImportedItem) -> None:
    if not item.name:
        raise InvalidImport("import_qti", reason="the item has no identifier")
    known = reading.items.get(item.name)
    if known is not None:
        item = _joined(known, item)
    reading.items[item.name] = item


def _joined(first: ImportedItem, second: ImportedItem) -> ImportedItem:
    """Return two language variants as one item; raises ``InvalidImport`` if they are not that."""
    same = first.interaction == second.interaction and first.option_notes == second.option_notes
    same = same and first.facts == second.facts
    key = _joined_key(first.answer_key, second.answer_key)
    if key is None or not same or set(first.texts) & set(second.texts):
        raise InvalidImport("import_name_twice", name=first.name)
    media = dict.fromkeys((*first.media, *second.media))
    return replace(first, texts={**first.texts, **second.texts}, answer_key=key, media=tuple(media))


def _joined_key(first: AnswerKey, second: AnswerKey) -> AnswerKey | None:
    if isinstance(first, TextKey) and isinstance(second, TextKey):
        joined = replace(first, accepted={**first.accepted, **second.accepted})
        return joined if replace(first, accepted={}) == replace(second, accepted={}) else None
    if isinstance(first, RubricKey) and isinstance(second, RubricKey):
        return _joined_rubric(first, second)
    return first if first == second else None


def _joined_rubric(first: RubricKey, second: RubricKey) -> RubricKey | None:
    def shape(key: RubricKey) -> RubricKey:
        bare = (replace(entry, descriptions={}, levels={}) for entry in key.criteria)
        return replace(key, criteria=tuple(bare))

    if shape(first) != shape(second):
        return None
    pairs = zip(first.criteria, second.criteria, strict=True)
    criteria: tuple[Criterion, ...] = tuple(
        replace(
            one,
            descriptions={**one.descriptions, **other.descriptions},
            levels={**one.levels, **other.levels},
        )
        for one, other in pairs
    )
    return replace(first, criteria=criteria)


def _take_stimulus(reading: _Reading, stimulus: ImportedStimulus) -> None:
    known = reading.stimuli.get(stimulus.key)
    if known is not None:
        media = dict.fromkeys((*known.content.media, *stimulus.content.media))
        if set(known.content.texts) & set(stimulus.content.texts):
            raise InvalidImport("import_name_twice", name=stimulus.key)
        texts = {**known.content.texts, **stimulus.content.texts}
        stimulus = replace(known, content=replace(known.content, texts=texts, media=tuple(media)))
    reading.stimuli[stimulus.key] = stimulus
