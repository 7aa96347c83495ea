"""`synak dispute` and `synak rescore`: what a log proves, and correcting an item for everyone who met it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from testing_center.cli.refusals import Refusal

if TYPE_CHECKING:
    from testing_center.domain.rescoring import Rescoring
    from testing_center.services.disputes import DisputeReport
    from testing_center.services.registry import Services

TERMINAL = "system:terminal"
BROKEN = 1


@contextmanager
def _services() -> Iterator[Services]:
    """Open the installation that the environment describes; its own refusals become one line."""
    from sqlalchemy import create_engine

    from testing_center.bootstrap import build_services
    from testing_center.config import Settings, SettingsError
    from testing_center.domain.errors import DomainError
    from testing_center.storage.database import prepare_engine

    try:
        settings = Settings.load()
    except SettingsError as error:
        raise Refusal(str(error)) from error
    engine = create_engine(settings.database_url)
    prepare_engine(engine)
    try:
        yield build_services(settings, engine)
    except DomainError as error:
        raise Refusal(str(error)) from error
    finally:
        engine.dispose()


@click.command("dispute")
@click.argument("attempt_id")
@click.option("--reason", default="", help="Why the report is made; kept in the audit log.")
@click.option("--json", "as_json", is_flag=True, help="Write the whole report as JSON.")
def dispute_command(attempt_id: str, reason: str, as_json: bool) -> None:
    """Replay an attempt from its log, verify its hash chain and count its score again.

    Exit code 1 when the chain is broken or a score differs.
    """
    with _services() as services:
        report = services.disputes.report(attempt_id, TERMINAL, reason)
    click.echo(json.dumps(_data(report), ensure_ascii=False, indent=1) if as_json else _text(report))
    if not report.holds:
        raise SystemExit(BROKEN)


@click.group("rescore")
def rescore_group() -> None:
    """Correct an item for everybody who met it: plan, look at the preview, apply."""


@rescore_group.command("plan")
@click.argument("item_key")
@click.argument("version", type=int)
@click.option("--remedy", type=click.Choice(["key", "void", "credit"]), required=True)
@click.option("--key", "key_text", help='The new key as JSON, such as {"correct": "b", "max_score": 1}.')
@click.option("--basis", required=True, help="The decision it rests on: commission, number, date.")
def plan_command(item_key: str, version: int, remedy: Any, key_text: str | None, basis: str) -> None:
    """Show and record what a correction would do; nothing changes yet."""
    from testing_center.domain.rescoring import Adjustment

    try:
        key = json.loads(key_text) if key_text else None
    except json.JSONDecodeError as error:
        raise Refusal(f"--key is not JSON: {error}") from error
    with _services() as services:
        planned = services.rescoring.plan(Adjustment(item_key, version, remedy, key), basis, TERMINAL)
    click.echo(_preview(planned))


@rescore_group.command("apply")
@click.argument("uid")
def apply_command(uid: str) -> None:
    """Carry out a planned correction; running it again changes nothing more."""
    with _services() as services:
        applied = services.rescoring.apply(uid, TERMINAL)
    click.echo(f"{applied.status}: {len(applied.lines)} attempts")


@rescore_group.command("list")
def list_command() -> None:
    """List corrections, newest first."""
    with _services() as services:
        found = services.rescoring.all()
    for one in found:
        item = f"{one.adjustment.item_key} v{one.adjustment.version}"
        click.echo(f"{one.uid}  {one.status:<9} {one.adjustment.remedy:<6} {item}  {one.basis}")


def _preview(planned: Rescoring) -> str:
    lines = [f"rescoring {planned.uid}", f"{'attempt':<32}  before   after  decision"]
    for line in planned.lines:
        before, after = line.percent_before / 100, line.percent_after / 100
        word = f"{_word(line.passed_before)} -> {_word(line.passed_after)}" if line.crosses else "unchanged"
        lines.append(f"{line.attempt_id:<32}  {before:6.2f}  {after:6.2f}  {word}")
    crossing = sum(line.crosses for line in planned.lines)
    lines.append(f"{len(planned.lines)} attempts, {crossing} across a threshold; nothing is changed yet")
    return "\n".join(lines)


def _word(passed: bool) -> str:
    return "passed" if passed else "not passed"


def _text(report: DisputeReport) -> str:
    chain = "holds" if report.broken_at is None else f"BROKEN at event {report.broken_at}"
    lines = [
        f"attempt {report.attempt_id}: {report.state.status}, {len(report.timeline)} events",
        f"hash chain {chain}; last hash {report.last_hash}",
        f"scores counted again {'agree' if report.scores_agree else 'DIFFER'}",
        "",
        " no  item, version                     options as shown      chosen  saves  score",
    ]
    for line in report.items:
        item = f"{line.item_key} v{line.version}"
        order = " ".join(line.option_order)
        score = f"{line.recorded_score}" + ("" if line.recorded_score == line.counted_score else " DIFFERS")
        lines.append(
            f"{line.position:3}  {item:<34}  {order:<20}  {line.chosen:<6}  {line.saves:>5}  {score}"
        )
    lines += ["", " seq  server time (UTC)         client time               what, by whom"]
    for entry in report.timeline:
        server = entry.at.isoformat(timespec="milliseconds")[:23]
        data = json.dumps(entry.data, ensure_ascii=False)
        lines.append(
            f"{entry.sequence:4}  {server:<24}  {entry.client_time:<24}  {entry.kind} {entry.actor} {data}"
        )
    return "\n".join(lines)


def _data(report: DisputeReport) -> dict[str, Any]:
    return {
        "attempt": report.attempt_id,
        "status": report.state.status,
        "chain_holds": report.broken_at is None,
        "broken_at": report.broken_at,
        "last_hash": report.last_hash,
        "scores_agree": report.scores_agree,
        "recorded_result": report.recorded_result,
        "counted_result": report.counted_result,
        "items": [
            vars(line) | {"saved_at": line.saved_at.isoformat() if line.saved_at else None}
            for line in report.items
        ],
        "timeline": [vars(entry) | {"at": entry.at.isoformat()} for entry in report.timeline],
    }
