"""The item bank's own content through every exchange format and back: what comes back equal, and how long.

    python benchmarks/bank_round_trip.py [FORMAT ...]

Each format is written and read again. Items equal in every field, items with the same interaction and key,
and the losses that the reports name are counted; times are ratios to hashing the content of the whole bank,
measured in the same run.
"""

import sys
import time
from collections.abc import Callable
from typing import TypeVar

from item_bank.content_files import BankContent, load_content
from item_bank.formats import (
    FORMATS,
    ExchangeFormat,
    ExportItem,
    ExportRequest,
    ImportSettings,
    SourceFile,
    exchange_format,
)
from item_bank.items import ItemContent, content_hash

Result = TypeVar("Result")


def main() -> None:
    """Print a few lines for each format asked for, or for all that can be written."""
    bank = load_content()
    contents = {str(entry.key): entry.content for entry in bank.items}
    unit, _ = seconds(lambda: [content_hash(content) for content in contents.values()])
    print(f"{len(contents)} items, {len(bank.stimuli)} stimuli; hashing them takes {unit * 1e3:.0f} ms")
    chosen = [exchange_format(name) for name in sys.argv[1:]] or list(FORMATS.values())
    for one in chosen:
        if one.write is not None:
            round_trip(one, bank, contents, unit)


def round_trip(
    one: ExchangeFormat, bank: BankContent, contents: dict[str, ItemContent], unit: float
) -> None:
    """Write, read and compare."""
    assert one.write is not None
    request = ExportRequest(
        tuple(ExportItem(entry.key, entry.content) for entry in bank.items),
        {entry.key: entry.content for entry in bank.stimuli},
    )
    write = one.write
    written_in, exported = seconds(lambda: write(request))
    source = SourceFile(f"bank{one.suffixes[0]}", exported.content)
    read_in, found = seconds(lambda: one.read(source, ImportSettings()))
    whole = [item for item in found.items if item.name in contents and not item.missing]
    equal = sum(item.content() == contents[item.name] for item in whole)
    print(
        f"{one.name}: {len(exported.written)} written in {written_in / unit:.0f} units, {len(found.items)} "
        f"read in {read_in / unit:.0f} units, {equal} equal; {len(exported.losses)} losses and "
        f"{len(exported.problems)} problems told on writing, {len(found.losses)} and {len(found.problems)} "
        f"on reading; {written_in:.1f} s and {read_in:.1f} s"
    )


def seconds(work: Callable[[], Result]) -> tuple[float, Result]:
    """Wall-clock time of one run, and what it gave."""
    started = time.perf_counter()
    result = work()
    return time.perf_counter() - started, result


if __name__ == "__main__":
    main()
