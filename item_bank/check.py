"""Check the content files: ``python -m item_bank.check [--warnings] [FOLDER]``.

Reads everything, generates the instances of every item model, renders every text in every language, prints
one line per problem and a table of what the bank holds. Exits with 1 if there are problems. Departures from
the item-writing guidelines are counted, and listed with ``--warnings``; they do not change the exit code.
"""

import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from item_bank.answer_keys import OptionKey
from item_bank.content_files import BankContent, ItemEntry, read_content
from item_bank.content_problems import Problem
from item_bank.errors import InvalidMarkup
from item_bank.guidelines import check_guidelines
from item_bank.markup import render

USAGE: Final = "Usage: python -m item_bank.check [--warnings] [FOLDER]"


def main(arguments: Sequence[str]) -> int:
    """Check the folder that is named in ``arguments``, by default the package's own content."""
    options = {argument for argument in arguments if argument.startswith("-")}
    folders = [Path(argument) for argument in arguments if argument not in options]
    if options - {"--warnings"} or len(folders) > 1:
        print(USAGE, file=sys.stderr)
        return 2
    if folders and not folders[0].is_dir():
        print(f"There is no folder {folders[0]}: give the folder with the content files.", file=sys.stderr)
        return 2
    content, problems = read_content(folders[0] if folders else None)
    problems += tuple(markup_problems(content))
    warnings = tuple(guideline_warnings(content))
    for line in (*problems, *(warnings if "--warnings" in options else ())):
        print(line)
    print("\n".join(summary(content.items)))
    print(
        f"{len(content.items)} items, {len(content.stimuli)} stimuli, "
        f"{len(problems)} problems, {len(warnings)} warnings."
    )
    return 1 if problems else 0


def guideline_warnings(content: BankContent) -> Iterator[Problem]:
    """Yield a line for every departure from the item-writing guidelines."""
    for item in content.items:
        for warning in check_guidelines(item.content):
            message = f"warning, {warning.part}: {warning}"
            yield Problem(item.file, item.key, warning.language, message)


def markup_problems(content: BankContent) -> Iterator[Problem]:
    """Yield a problem for every text that cannot be rendered."""
    for item in content.items:
        for language, text in item.content.texts.items():
            parts = [text.stem, *text.options.values(), text.explanation]
            yield from _unrendered(item.file, item.key, language, parts)
    for stimulus in content.stimuli:
        for language, stimulus_text in stimulus.content.texts.items():
            yield from _unrendered(stimulus.file, stimulus.key, language, [stimulus_text.text])


def _unrendered(file: str, key: str, language: str, parts: Iterable[str]) -> Iterator[Problem]:
    for part in parts:
        try:
            render(part)
        except InvalidMarkup as error:
            yield Problem(file, key, language, str(error))


def summary(items: Iterable[ItemEntry]) -> Iterator[str]:
    """Yield the lines of a table: items by subject, pool and area, with levels and kinds."""
    columns = ("know", "apply", "reason", "single", "context", "generated", "total")
    rows: dict[tuple[str, str, str], Counter[str]] = {}
    keys: Counter[str] = Counter()
    for item in items:
        content = item.content
        for area in (content.area, "(all)"):
            row = rows.setdefault((content.subject, item.pool, area), Counter())
            row.update((content.level, item.kind, "total"))
        if isinstance(content.answer_key, OptionKey):
            keys[content.answer_key.correct] += 1
    yield _row(("subject", "pool", "area"), columns)
    for place, counts in sorted(rows.items()):
        yield _row(place, [str(counts[column]) for column in columns])
    yield "Correct options: " + ", ".join(f"{letter} {count}" for letter, count in sorted(keys.items()))


def _row(place: Sequence[str], cells: Sequence[str]) -> str:
    return "".join(part.ljust(14) for part in place) + "".join(cell.rjust(10) for cell in cells)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
