"""What every writer reports of an item: languages, places in the bank and settings without a place."""

from item_bank.errors import InvalidImport
from item_bank.formats.places import Place
from item_bank.formats.protocol import ExportItem, ExportRequest
from item_bank.formats.reports import Report
from item_bank.identifiers import Language
from item_bank.items import ItemText


def text_in(item: ExportItem, language: Language) -> ItemText:
    """Return the text of an item; raises ``InvalidImport`` if it is not in this language."""
    if language not in item.content.texts:
        raise InvalidImport("export_language", item=item.key, language=language)
    return item.content.texts[language]


def lose_settings(
    item: ExportItem, request: ExportRequest, report: Report, kept: tuple[str, ...] = ()
) -> None:
    """Report the other languages and all that belongs to the item besides its text, interaction and key,
    except the fields in ``kept``."""
    content = item.content
    for language, text in content.texts.items():
        if language != request.language:
            report.lose(item.key, Place(), "format_lacks_language", f"{language}", content=text.stem)
    settings = {
        "key": item.key,
        "subject": content.subject,
        "area": content.area,
        "level": content.level,
        "family": content.family or "",
        "stimulus": content.stimulus_key or "",
        "option_notes": "; ".join(f"{option}: {note}" for option, note in content.option_notes.items()),
        "media": ", ".join(reference.name for reference in content.media),
        "max_score": "" if content.answer_key.max_score == 1 else str(content.answer_key.max_score),
        "interaction.shuffle": "false" if content.interaction.to_data().get("shuffle") is False else "",
        **{f"facts.{name}": words for name, words in content.facts.summary.items()},
    }
    for field, value in settings.items():
        if value and field not in kept:
            report.lose(item.key, Place(), "format_lacks", field, content=value)
