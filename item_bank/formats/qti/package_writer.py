"""Content packages of QTI: items and stimuli in each of their languages, media, plans, statistics and the
manifest.

Language variants of an item share its identifier; each is a file of its own.
"""

import io
import zipfile
from dataclasses import dataclass, field
from typing import Final
from xml.etree.ElementTree import Element

from item_bank.answer_keys import NumericKey, RubricKey, TextKey
from item_bank.formats.places import Place
from item_bank.formats.protocol import ExportItem, ExportRequest, ExportResult
from item_bank.formats.qti.body_writer import body, media_path
from item_bank.formats.qti.item_writer import item_element, stimulus_path, write_source
from item_bank.formats.qti.names import QtiVersion, document, node, xml_document
from item_bank.formats.qti.plan_writer import plan_element
from item_bank.formats.qti.usage_data import usage_document
from item_bank.formats.reports import Report
from item_bank.identifiers import ItemKey, Language, StimulusKey
from item_bank.media import MediaReference
from item_bank.stimuli import StimulusContent

LOM: Final = "http://ltsc.ieee.org/xsd/LOM"
MANIFEST: Final = "imsmanifest.xml"
USAGE_FILE: Final = "usagedata.xml"
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)


@dataclass
class _Package:
    """Files by path, and the resources of the manifest."""

    request: ExportRequest
    version: QtiVersion
    files: dict[str, bytes] = field(default_factory=dict)
    resources: Element = field(default_factory=lambda: Element("resources"))

    def resource(self, identifier: str, kind: str, path: str) -> Element:
        """Append a resource with its file."""
        resource = node(self.resources, "resource", identifier=identifier, type=kind, href=path)
        node(resource, "file", href=path)
        return resource

    def add_media(
        self, resource: Element, media: tuple[MediaReference, ...], item: str, report: Report
    ) -> None:
        """Add the files an item or a stimulus refers to; report those that were not given."""
        for reference in media:
            path = media_path(reference)
            file = self.request.media.get(reference.sha256)
            if file is None:
                report.lose(item, Place(), "media_missing", reference.name)
                continue
            self.files[path] = file.content
            node(resource, "file", href=path)


def write_package(request: ExportRequest, version: QtiVersion) -> ExportResult:
    """Return the package of a request; an item that cannot be shown is reported and left out."""
    report = Report()
    package = _Package(request, version)
    written: list[ItemKey] = []
    for item in request.items:
        with report.collecting(item.key, Place()):
            _add_item(package, item, report)
            written.append(item.key)
    wanted = {item.content.stimulus_key for item in request.items}
    for key, stimulus in request.stimuli.items():
        if key in wanted:
            with report.collecting(key, Place()):
                _add_stimulus(package, key, stimulus, report)
    for plan in request.plans:
        paths = {item.key: item_path(item.key, next(iter(item.content.texts))) for item in request.items}
        path = f"tests/{plan.identifier}.xml"
        package.files[path] = document(plan_element(plan, paths), version)
        package.resource(f"test-{plan.identifier}", version.test_type, path)
    if request.statistics:
        package.files[USAGE_FILE] = usage_document(request.statistics, version)
        package.resource("usagedata", "imsqti_usagedata_xmlv3p0", USAGE_FILE)
    content = _archive({MANIFEST: _manifest(package), **package.files})
    return ExportResult(version.name, content, tuple(written), tuple(report.losses), tuple(report.problems))


def item_path(key: str, language: Language) -> str:
    """Return the path of an item in the package."""
    return f"items/{key}.{language}.xml"


def stimulus_element(
    key: StimulusKey, content: StimulusContent, language: Language, version: QtiVersion
) -> Element:
    """Return a stimulus as a plain element; raises ``InvalidMarkup``."""
    text = content.texts[language]
    root = Element("qti-assessment-stimulus", {"identifier": key, "title": text.title, "xml:lang": language})
    written = node(root, "qti-stimulus-body")
    written.append(body(text.text, content.media))
    if version.is_3:
        data = {**content.to_data(), "texts": {language: text.to_data()}}
        source: dict[str, object] = {"key": key, "content": data}
        write_source(written, source, version)
    return root


def _add_item(package: _Package, item: ExportItem, report: Report) -> None:
    version, content = package.version, item.content
    made = {
        language: document(item_element(item.key, content, language, version), version)
        for language in content.texts
    }
    for language, xml in made.items():
        path = item_path(item.key, language)
        package.files[path] = xml
        resource = package.resource(f"item-{item.key}-{language}", version.item_type, path)
        _describe(resource, item, language)
        package.add_media(resource, content.media, item.key, report)
        if content.stimulus_key in package.request.stimuli:
            node(resource, "dependency", identifierref=f"stimulus-{content.stimulus_key}-{language}")
    _report_limits(item, report, version)


def _report_limits(item: ExportItem, report: Report, version: QtiVersion) -> None:
    """Report what other systems do not read in the file as the item bank does."""
    key = item.content.answer_key
    if isinstance(key, TextKey):
        reading = "comparison letter by letter; ё and е, dashes and spaces are matched by the item bank only"
        report.lose(item.key, Place(), "format_simplifies", "answer_key.accepted", reading=reading)
    if isinstance(key, NumericKey):
        reading = "binary fractions, compared without the item bank's exact arithmetic"
        report.lose(item.key, Place(), "format_simplifies", "answer_key.bands", reading=reading)
    if isinstance(key, RubricKey) and not version.is_3:
        agreement = f"{key.total_tolerance} in all, {key.criterion_tolerance} in a criterion"
        report.lose(item.key, Place(), "format_lacks", "answer_key tolerances of markers", content=agreement)
    for reference in item.content.media:
        if reference.play_limit and not version.is_3:
            limit = str(reference.play_limit)
            report.lose(
                item.key, Place(), "format_lacks", f"media.{reference.name}.play_limit", content=limit
            )


def _add_stimulus(package: _Package, key: StimulusKey, content: StimulusContent, report: Report) -> None:
    for language in content.texts:
        path = stimulus_path(key, language)
        element = stimulus_element(key, content, language, package.version)
        package.files[path] = document(element, package.version)
        resource = package.resource(f"stimulus-{key}-{language}", package.version.stimulus_type, path)
        _classify(_metadata(resource, key, language), {"subject": content.subject, "area": content.area})
        package.add_media(resource, content.media, key, report)


def _describe(resource: Element, item: ExportItem, language: Language) -> None:
    content = item.content
    places = {"subject": content.subject, "area": content.area, "level": content.level}
    _classify(_metadata(resource, item.key, language), places | {"family": content.family or ""})


def _metadata(resource: Element, key: str, language: Language) -> Element:
    metadata = Element("metadata")
    resource.insert(0, metadata)
    lom = node(metadata, "lom", xmlns=LOM)
    general = node(lom, "general")
    node(node(general, "identifier"), "entry", key)
    node(general, "language", language)
    return lom


def _classify(lom: Element, places: dict[str, str]) -> None:
    for name, value in places.items():
        if value:
            classification = node(lom, "classification")
            purpose = node(classification, "purpose")
            node(purpose, "source", "Synak")
            node(purpose, "value", name)
            node(node(node(classification, "taxonPath"), "taxon"), "id", value)


def _manifest(package: _Package) -> bytes:
    version = package.version
    manifest = Element("manifest", {"xmlns": version.package_namespace, "identifier": "item-bank-package"})
    metadata = node(manifest, "metadata")
    node(metadata, "schema", version.schema)
    node(metadata, "schemaversion", version.schema_version)
    node(manifest, "organizations")
    manifest.append(package.resources)
    return xml_document(manifest)


def _archive(files: dict[str, bytes]) -> bytes:
    """Return a ZIP archive that is the same for the same files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in files.items():
            info = zipfile.ZipInfo(path, _EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, content)
    return buffer.getvalue()
