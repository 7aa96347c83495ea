"""A QTI stimulus in one language as a stimulus of the bank."""

from item_bank.errors import ItemBankError
from item_bank.formats.imported_items import ImportedStimulus
from item_bank.formats.qti.body_reader import BodyReader
from item_bank.formats.qti.body_writer import media_path
from item_bank.formats.qti.item_reader import ItemSource, language_of, rewritten, source_of
from item_bank.formats.qti.item_writer import SOURCE
from item_bank.formats.qti.names import VERSION_3, same_document, serialised
from item_bank.formats.qti.package_writer import stimulus_element
from item_bank.formats.reports import Report
from item_bank.identifiers import StimulusKey
from item_bank.stimuli import StimulusContent, StimulusText


def read_stimulus(source: ItemSource, report: Report) -> ImportedStimulus:
    """Return the stimulus; raises ``InvalidItem`` or ``InvalidMarkup`` if it cannot be shown."""
    key = StimulusKey(source.root.get("identifier", ""))
    content = _own(source, report) or _foreign(source, report)
    return ImportedStimulus(key, source.place, content)


def _own(source: ItemSource, report: Report) -> StimulusContent | None:
    """Return the stimulus from the author's writing, if the file shows exactly that."""
    found = source_of(source.root)
    if found is None:
        return None
    key = StimulusKey(source.root.get("identifier", ""))
    try:
        content = StimulusContent.from_data(found["content"])  # type: ignore[arg-type]
        (language,) = content.texts
        made = rewritten(stimulus_element(key, content, language, VERSION_3))
    except (ItemBankError, KeyError, ValueError, TypeError, AttributeError):
        made = None
    if made is None or not same_document(made, source.root):
        report.lose(key, source.place, "assumed", SOURCE, reading="outdated: the file was changed elsewhere")
        return None
    for reference in content.media:
        if not source.files.add(f"../{media_path(reference)}", source.place.file, reference):
            report.lose(key, source.place, "media_missing", reference.name)
    return content


def _foreign(source: ItemSource, report: Report) -> StimulusContent:
    root = source.root
    key = root.get("identifier", "")
    reader = BodyReader(key, source.place, report, source.files)
    for block in root.iter("qti-rubric-block"):
        if any(SOURCE in division.attrib for division in block.iter("div")):
            reader.skipped.add(id(block))
    language = language_of(root, source.settings, key, source.place, report)
    text = "\n\n".join(reader.text(body) for body in root.findall("qti-stimulus-body"))
    for child in root:
        if child.tag != "qti-stimulus-body":
            reader.lose("no_place", str(child.tag), content=serialised(child))
    title = root.get("title", "").strip() or key
    settings, said = source.settings, source.places
    return StimulusContent(
        said.get("subject", settings.subject),
        said.get("area", settings.area),
        {language: StimulusText(title, text)},
        tuple(source.files.media[name].reference for name in reader.media),
    )
