"""Formats in which items come from other systems and go to them; see ``docs/interchange.md``."""

from collections.abc import Mapping
from typing import Final

from item_bank.errors import InvalidImport
from item_bank.formats.aiken import AIKEN
from item_bank.formats.gift import GIFT
from item_bank.formats.imported_items import ImportedItem, ImportedStimulus, ImportSettings
from item_bank.formats.losses import Loss, Problem
from item_bank.formats.moodle_writer import MOODLE_XML
from item_bank.formats.places import Place
from item_bank.formats.protocol import (
    ExchangeFormat,
    ExportItem,
    ExportRequest,
    ExportResult,
    ImportResult,
    SourceFile,
)
from item_bank.formats.qti import QTI_2, QTI_3
from item_bank.formats.spreadsheet import CSV, XLSX
from item_bank.formats.word import WORD

__all__ = [
    "FORMATS",
    "ExchangeFormat",
    "ExportItem",
    "ExportRequest",
    "ExportResult",
    "ImportResult",
    "ImportSettings",
    "ImportedItem",
    "ImportedStimulus",
    "Loss",
    "Place",
    "Problem",
    "SourceFile",
    "exchange_format",
    "format_of",
]

_ALL: Final[tuple[ExchangeFormat, ...]] = (XLSX, CSV, AIKEN, GIFT, MOODLE_XML, WORD, QTI_3, QTI_2)

FORMATS: Final[Mapping[str, ExchangeFormat]] = {known.name: known for known in _ALL}


def exchange_format(name: str) -> ExchangeFormat:
    """Return the format called ``name``; raises ``InvalidImport``."""
    if name not in FORMATS:
        raise InvalidImport("import_format", name=name, known=", ".join(FORMATS))
    return FORMATS[name]


def format_of(source: SourceFile) -> ExchangeFormat:
    """Return the format of a file by its suffix and its bytes; raises ``InvalidImport`` if none fits."""
    for known in FORMATS.values():
        if source.name.casefold().endswith(known.suffixes) and known.recognises(source):
            return known
    raise InvalidImport("import_unrecognised", name=source.name, known=", ".join(FORMATS))
