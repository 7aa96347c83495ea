"""What the report of an import or an export says, in the reader's language."""

from collections.abc import Sequence

from flask_babel import gettext

from item_bank.errors import SENTENCES
from item_bank.formats import FORMATS, ExportResult, Loss, Place
from item_bank.formats.losses import LOSS_SENTENCES, shortened
from testing_center.documents.spreadsheets import Cell
from testing_center.domain.imports import LOSS, REFUSAL, WARNING, WARNINGS, ImportReport, ReportMessage
from testing_center.domain.messages import N_
from testing_center.web.bank_words import LANGUAGE_NAMES

STATUS_WORDS = {
    "refused": N_("Refused"),
    "warned": N_("With remarks"),
    "accepted": N_("Accepted"),
    "unchanged": N_("Already there"),
}
OUTCOME_WORDS = {
    "new": N_("new item"),
    "changed": N_("new version"),
    "unchanged": N_("nothing changes"),
    "refused": N_("not taken over"),
}
_SENTENCES = {REFUSAL: SENTENCES, WARNING: WARNINGS, LOSS: LOSS_SENTENCES}
FORMAT_NAMES = {
    "xlsx": "XLSX",
    "csv": "CSV",
    "aiken": "Aiken",
    "gift": "GIFT",
    "moodle_xml": "Moodle XML",
    "docx": "Word (DOCX)",
    "qti3": "QTI 3",
    "qti2": "QTI 2",
}


def format_names() -> list[tuple[str, str]]:
    """Return every format by its code, as choices of a form."""
    return [(name, FORMAT_NAMES.get(name, name)) for name in FORMATS]


def message_words(message: ReportMessage) -> str:
    """Return the sentence of a message; rarer refusals of a format have it in English only."""
    known = _SENTENCES[message.kind]
    if message.code not in known:
        return message.sentence
    params = {
        name: shortened(value) if message.kind == LOSS and isinstance(value, str) else value
        for name, value in message.params.items()
    }
    if "language" in params:
        params["language"] = LANGUAGE_NAMES.get(str(params["language"]), params["language"])
    return str(gettext(known[message.code], **params))


def place_words(place: dict[str, object]) -> str:
    """Return where in the file something stands: “row 4, column ru.stem”."""
    shown = Place(**place)  # type: ignore[arg-type]
    parts = [shown.file, shown.sheet]
    parts += [str(gettext("line %(number)s", number=shown.line))] if shown.line else []
    parts += [str(gettext("row %(number)s", number=shown.row))] if shown.row else []
    parts += [str(gettext("column %(name)s", name=shown.column))] if shown.column else []
    return ", ".join(part for part in (*parts, shown.element) if part)


def report_table(report: ImportReport) -> tuple[Sequence[str], Sequence[Sequence[Cell]]]:
    """Return the header and the rows of a report for a spreadsheet: one row for each message."""
    header = [
        gettext("No."), gettext("Place in the file"), gettext("Name in the file"), gettext("Status"),
        gettext("Outcome"), gettext("Item"), gettext("Version"), gettext("Remark"),
    ]  # fmt: skip
    rows: list[Sequence[Cell]] = [
        (None, place_words(dict(one.place)), "", "", "", "", None, message_words(one))
        for one in ((report.refused,) if report.refused else ()) + report.messages
    ]
    for line in report.lines:
        start: tuple[Cell, ...] = (
            line.number, place_words(dict(line.place)), line.name, str(gettext(STATUS_WORDS[line.status])),
            str(gettext(OUTCOME_WORDS[line.outcome])), line.item_key, line.version or None,
        )  # fmt: skip
        said = [message_words(one) for one in line.messages] or [""]
        rows += [(*start, words) for words in said]
    return [str(title) for title in header], rows


def loss_table(result: ExportResult) -> tuple[Sequence[str], Sequence[Sequence[Cell]]]:
    """Return the header and the rows of what an export does not hold."""
    header = [gettext("Item"), gettext("Status"), gettext("Remark")]
    words = {code: str(gettext(message)) for code, message in STATUS_WORDS.items()}
    rows = [(one.item, words["refused"], one.sentence) for one in result.problems]
    rows += [(one.item, words["warned"], _loss_words(one)) for one in result.losses]
    return [str(title) for title in header], rows


def _loss_words(loss: Loss) -> str:
    params = {name: shortened(value) for name, value in loss.params.items()}
    return str(gettext(LOSS_SENTENCES[loss.code], element=loss.element, **params))
