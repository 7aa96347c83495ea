"""`synak bank`: items from files of other systems, to such files, and checks of both."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from testing_center.cli.refusals import Refusal

if TYPE_CHECKING:
    from item_bank.content_files import BankContent
    from item_bank.formats import ExportItem, ExportResult, ImportResult

LISTED = 20
FORMAT_OPTION = click.option("--format", "format_name", metavar="NAME", help="Not to be recognised.")
LANGUAGE_OPTION = click.option(
    "--language",
    type=click.Choice(["ky", "ru", "kk", "en"]),
    default="ru",
    show_default=True,
    help="Of formats that hold one language.",
)
JSON_OPTION = click.option("--json", "as_json", is_flag=True, help="Print the whole report as JSON.")


@click.group("bank")
def bank_group() -> None:
    """Take items over from files of other systems, write such files, check either."""


@bank_group.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@FORMAT_OPTION
@LANGUAGE_OPTION
@click.option("--subject", default="", help="Of items whose file does not say it; likewise the next two.")
@click.option("--area", default="")
@click.option("--level", default="")
@click.option("--out", type=click.Path(path_type=Path), help="Folder for the items, the report and the file.")
@click.option("--dry-run", is_flag=True, help="Read and report, write nothing.")
@JSON_OPTION
def import_command(file: Path, out: Path | None, dry_run: bool, as_json: bool, **options: str | None) -> None:
    """Read the items of FILE and report everything that was not carried.

    The items, the report, the pictures and FILE as it was go to a folder of their own in --out, named by the
    file's hash; it appears whole or not at all. Exit code 1 if an item could not be taken over.
    """
    if out is None and not dry_run:
        raise Refusal("Say where the items go with --out FOLDER, or only look with --dry-run.")
    result = _read(file, **options)
    if out is not None and not dry_run:
        _store(out, result)
    _print_report(result.to_data(), as_json, f"{len(result.items)} items read as {result.format_name}")
    if result.problems:
        raise SystemExit(1)


@bank_group.command("export")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--source", type=click.Path(path_type=Path), help="File or content folder (Synak's own).")
@click.option("--pool", type=click.Choice(["exam", "trainer"]), help="Only items of this pool of a folder.")
@click.option("--subject", default="", help="Only items of this subject.")
@FORMAT_OPTION
@LANGUAGE_OPTION
@JSON_OPTION
def export_command(file: Path, as_json: bool, **options: Any) -> None:
    """Write items to FILE in the format of its suffix and report everything that it cannot hold.

    Exit code 1 if an item could not be written.
    """
    from item_bank.errors import ItemBankError

    try:
        result = _export(file, **options)
    except ItemBankError as error:
        raise Refusal(" ".join(str(error).split())) from error
    _replace(file, result.content)
    _print_report(result.to_data(), as_json, f"{len(result.written)} items written as {result.format_name}")
    if result.problems:
        raise SystemExit(1)


@bank_group.command("check")
@click.argument("source", type=click.Path(path_type=Path), required=False)
@FORMAT_OPTION
@LANGUAGE_OPTION
@JSON_OPTION
def check_command(source: Path | None, format_name: str | None, language: str, as_json: bool) -> None:
    """Check a content folder (Synak's own by default) or a file of another system; exit code 1 if it has
    problems. The exam pool and the trainer pool of a folder must have no near-duplicates in common."""
    if source is not None and not source.is_dir():
        result = _read(source, format_name=format_name, language=language)
        unfinished = sum(bool(item.missing) for item in result.items)
        headline = f"{len(result.items)} items read as {result.format_name}, {unfinished} of them incomplete"
        _print_report(result.to_data(), as_json, headline)
        found = len(result.problems)
    else:
        found = _check_folder(source, as_json)
    if found:
        raise SystemExit(1)


def _check_folder(folder: Path | None, as_json: bool) -> int:
    from item_bank.content_files import read_content

    content, problems = read_content(folder)
    shared = _overlaps(content)
    sentences = [{"sentence": str(each)} for each in problems] + shared
    report = {"items": len(content.items), "problems": sentences, "overlaps": shared}
    _print_report({"losses": [], **report}, as_json, f"{len(content.items)} items read")
    return len(sentences)


def _overlaps(content: BankContent) -> list[dict[str, object]]:
    """Return what the exam pool and the trainer pool of a folder have in common."""
    from item_bank.fingerprints import fingerprint_of
    from item_bank.pool_disjointness import PoolMember, PoolMembers, overlaps

    members = [
        PoolMember(
            entry.key,
            entry.pool,
            fingerprint_of(entry.content.to_data()),
            entry.content.family,
            entry.content.stimulus_key,
        )
        for entry in content.items
    ]
    return [found.to_data() for found in overlaps(PoolMembers(members))]


def _read(file: Path, format_name: str | None, language: str | None, **places: str | None) -> ImportResult:
    from item_bank.errors import ItemBankError
    from item_bank.formats import ImportSettings, SourceFile, exchange_format, format_of
    from item_bank.identifiers import Language

    try:
        source = SourceFile(file.name, file.read_bytes())
    except OSError as error:
        raise Refusal(f"{file}: cannot be read: {error.strerror}.") from error
    words = {name: value or "" for name, value in places.items()}
    try:
        chosen = exchange_format(format_name) if format_name else format_of(source)
        return chosen.read(source, ImportSettings(Language(language or "ru"), **words))
    except ItemBankError as error:
        raise Refusal(" ".join(str(error).split())) from error


def _export(file: Path, source: Path | None, format_name: str | None, **wanted: Any) -> ExportResult:
    from item_bank.formats import FORMATS, ExportRequest, exchange_format
    from item_bank.identifiers import Language

    suffixed = [each for each in FORMATS.values() if file.name.casefold().endswith(each.suffixes)]
    if format_name is None and not suffixed:
        raise Refusal(f"{file}: no format is written with this suffix; give --format.")
    chosen = exchange_format(format_name) if format_name else suffixed[0]
    if chosen.write is None:
        raise Refusal(f"The format {chosen.name} is read only.")
    items, stimuli, media = _items_of(source, wanted["pool"], wanted["language"])
    kept = tuple(item for item in items if wanted["subject"] in ("", item.content.subject))
    return chosen.write(ExportRequest(kept, stimuli, media, Language(wanted["language"])))


def _items_of(source: Path | None, pool: str | None, language: str) -> tuple[list[ExportItem], Any, Any]:
    """Items, stimuli and media of a content folder or of a file; raises Refusal for an incomplete item."""
    from item_bank.content_files import load_content
    from item_bank.errors import ItemBankError
    from item_bank.formats import ExportItem
    from item_bank.identifiers import ItemKey

    if source is None or source.is_dir():
        content = load_content(source)
        chosen = [entry for entry in content.items if pool in (None, entry.pool)]
        keys = {entry.content.stimulus_key for entry in chosen}
        stimuli = {entry.key: entry.content for entry in content.stimuli if entry.key in keys}
        return [ExportItem(entry.key, entry.content) for entry in chosen], stimuli, {}
    result = _read(source, None, language)
    items = []
    for item in result.items:
        try:
            items.append(ExportItem(ItemKey(item.name), item.content()))
        except ItemBankError as error:
            raise Refusal(f"{source}: {item.place}: {error}") from error
    return (
        items,
        {each.key: each.content for each in result.stimuli},
        {file.reference.sha256: file for file in result.media},
    )


def _store(out: Path, result: ImportResult) -> None:
    """Write the folder of an import beside its place and move it there as a whole."""
    place = out / result.source.sha256[:16]
    if place.exists():
        raise Refusal(f"{result.source.name}: this file was imported before, to {place}.")
    try:
        out.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=".import-", dir=out))
        try:
            report = json.dumps(result.to_data(), ensure_ascii=False, indent=1)
            (folder / "report.json").write_text(report, encoding="utf-8")
            (folder / "source").write_bytes(result.source.content)
            for file in result.media:
                (folder / file.reference.sha256).write_bytes(file.content)
            folder.rename(place)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    except OSError as error:
        raise Refusal(f"{out}: cannot be written: {error.strerror}.") from error


def _replace(file: Path, content: bytes) -> None:
    try:
        with tempfile.NamedTemporaryFile(dir=file.parent, delete=False) as written:
            written.write(content)
        os.replace(written.name, file)  # noqa: PTH105
    except OSError as error:
        raise Refusal(f"{file}: cannot be written: {error.strerror}.") from error


def _print_report(report: dict[str, Any], as_json: bool, headline: str) -> None:
    if as_json:
        click.echo(json.dumps(report, ensure_ascii=False))
        return
    problems, losses = report["problems"], report["losses"]
    click.echo(f"{headline}, {len(problems)} problems, {len(losses)} losses.")
    for problem in problems[:LISTED]:
        click.echo(f"Problem: {problem['sentence']}")
    for loss in losses[:LISTED]:
        where = ", ".join(f"{name} {value}" for name, value in loss["place"].items())
        click.echo(f"Not carried: {' '.join(filter(None, (loss['item'], where)))}: {loss['sentence']}")
    if max(len(problems), len(losses)) > LISTED:
        click.echo("The whole report: --json.")
