"""The files of a draft: pictures, sound and film under the names by which its texts refer to them."""

import re
from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import Final

from item_bank.drafts.draft import ItemDraft
from item_bank.drafts.reading import DraftReader
from item_bank.errors import InvalidItem
from item_bank.identifiers import OptionId
from item_bank.media import MediaReference, media_names

MOST_PLAYS: Final = 20
_UNSAFE: Final = re.compile(r"[^\w.-]+")


def file_entries(media: Iterable[MediaReference]) -> tuple[tuple[OptionId, ...], dict[str, str]]:
    """Return the list and the entries of the files of an item."""
    names: list[OptionId] = []
    entries: dict[str, str] = {}
    for number, reference in enumerate(media, start=1):
        name = OptionId(f"f{number}")
        names.append(name)
        entries |= file_entry(name, reference)
    return tuple(names), entries


def file_entry(name: OptionId, reference: MediaReference) -> dict[str, str]:
    """Return the entries of one file."""
    return {
        f"file.{name}.name": reference.name,
        f"file.{name}.type": reference.media_type,
        f"file.{name}.sha256": reference.sha256,
        f"file.{name}.size": str(reference.size),
        f"file.{name}.plays": str(reference.play_limit),
    }


def drafted_media(draft: ItemDraft) -> tuple[MediaReference, ...]:
    """Return the files of a draft; those whose name cannot be used are left out."""
    found = []
    for name in draft.listed("files"):
        size, plays = draft.entry(f"file.{name}.size"), draft.entry(f"file.{name}.plays")
        try:
            reference = MediaReference(
                draft.entry(f"file.{name}.name"),
                draft.entry(f"file.{name}.type"),
                draft.entry(f"file.{name}.sha256"),
                int(size) if size.isdecimal() else 0,
                int(plays) if plays.isdecimal() else 0,
            )
        except InvalidItem:
            continue
        found.append(reference)
    return tuple(found)


def read_files(reader: DraftReader) -> None:
    """Note names that cannot be used or are there twice, limits of plays, and files that texts lack."""
    known: set[str] = set()
    for name in reader.draft.listed("files"):
        field = f"file.{name}.name"
        written = reader.draft.entry(field)
        if not written or _UNSAFE.search(written) or written[0] in ".-" or len(written) > 100:
            reader.fault(field, "draft_file_name")
        elif written in known:
            reader.fault(field, "draft_file_twice")
        known.add(written)
        reader.count(f"file.{name}.plays", 0, MOST_PLAYS, empty=0)
    for language in reader.languages:
        text = reader.draft.texts[language]
        parts = {"stem": text.stem, "explanation": text.explanation}
        parts |= {f"option.{option}": words for option, words in text.options.items()}
        for part, words in parts.items():
            for wanted in media_names(words):
                if wanted not in known:
                    reader.fault(f"{language}.{part}", "item_media_missing", name=wanted)


def free_file_name(draft: ItemDraft, name: str) -> str:
    """Return a name for a new file that no other file of the draft has, with letters that texts can hold."""
    path = PurePosixPath(_UNSAFE.sub("-", name.replace("\\", "/").rpartition("/")[2]).strip(".-") or "file")
    taken = {draft.entry(f"file.{one}.name") for one in draft.listed("files")}
    stem, ending = path.stem[:80], path.suffix[:10]
    candidates = (f"{stem}{f'-{number}' if number > 1 else ''}{ending}" for number in range(1, 1000))
    return next(candidate for candidate in candidates if candidate not in taken)
