"""The fields of what an author notes of an item besides its text."""

from item_bank.drafts.draft import tidy
from item_bank.drafts.reading import DraftReader
from item_bank.identifiers import LANGUAGES
from item_bank.item_facts import HIGHEST_GRADE, LONGEST_NOTE, LONGEST_SECONDS, ItemFacts


def fact_entries(facts: ItemFacts) -> dict[str, str]:
    """Return the entries of the facts; an item that promises nothing else promises all languages."""
    entries = {
        "facts.grade": str(facts.grade or ""),
        "facts.seconds": str(facts.seconds or ""),
        "facts.enemy_note": facts.enemy_note,
        "facts.source": facts.source,
    }
    return entries | {f"facts.language.{language}": "1" for language in facts.languages or LANGUAGES}


def read_facts(reader: DraftReader) -> ItemFacts:
    """Return the facts as far as they can be read."""
    promised = tuple(one for one in LANGUAGES if reader.flag(f"facts.language.{one}"))
    notes = {name: tidy(reader.draft.entry(f"facts.{name}")) for name in ("enemy_note", "source")}
    for name, written in notes.items():
        if len(written) > LONGEST_NOTE:
            reader.fault(f"facts.{name}", "draft_text_long", most=LONGEST_NOTE)
    return ItemFacts(
        grade=reader.count("facts.grade", 1, HIGHEST_GRADE, empty=0),
        seconds=reader.count("facts.seconds", 5, LONGEST_SECONDS, empty=0),
        languages=() if promised == LANGUAGES else promised,
        **notes,
    )
