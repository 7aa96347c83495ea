"""Import of 5,000 items from a workbook, against only opening the same workbook with openpyxl.

    python benchmarks/spreadsheet_import.py
"""

import io
import time
from collections.abc import Callable
from dataclasses import replace

import openpyxl

from item_bank.content_files import load_content
from item_bank.formats import ExportItem, ExportRequest, ImportSettings, SourceFile
from item_bank.formats.spreadsheet import read_xlsx, write_xlsx
from item_bank.identifiers import ItemKey
from item_bank.items import ItemContent, ItemText

ITEMS = 5_000


def seconds(work: Callable[[], object]) -> float:
    """Wall-clock time of one run."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def opened(content: bytes) -> int:
    """Touch every cell."""
    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True)
    return sum(len(row) for sheet in book for row in sheet.iter_rows(values_only=True))


def numbered(content: ItemContent, number: int) -> ItemContent:
    """The item with its number in every text, so that no text is read twice."""
    texts = {
        language: ItemText(
            f"{number}: {text.stem}",
            {option: f"{words} ({number})" for option, words in text.options.items()},
            f"{text.explanation} ({number})",
        )
        for language, text in content.texts.items()
    }
    return replace(content, texts=texts)


def main() -> None:
    own = load_content().items
    items = tuple(ExportItem(ItemKey(f"k{n}"), numbered(own[n % len(own)].content, n)) for n in range(ITEMS))
    content = write_xlsx(ExportRequest(items)).content
    source = SourceFile("items.xlsx", content)
    results = []
    mine = seconds(lambda: results.append(read_xlsx(source, ImportSettings())))
    assert len(results[0].items) == ITEMS
    theirs = seconds(lambda: opened(content))
    print(f"{ITEMS} items in four languages, {len(content) / 1e6:.1f} MB")
    print(f"import with report: {mine:.1f} s")
    print(f"that is {mine / theirs:.1f} times the {theirs:.1f} s in which openpyxl reads the cells")


if __name__ == "__main__":
    main()
