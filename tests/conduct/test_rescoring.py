"""Corrections of items for everybody who met them, and what an attempt's log proves."""

import json

import pytest
from click.testing import CliRunner
from exam_hall import FORM_LENGTH, WINDOW, ExamHall
from sqlalchemy import text

from testing_center.cli import main
from testing_center.domain.attempts import commands as asked
from testing_center.domain.attempts.hash_chain import verify
from testing_center.domain.errors import InvalidInput, NotFound
from testing_center.domain.rescoring import Adjustment
from testing_center.services.disputes import Disputes
from testing_center.services.rescoring import Rescorings

RIGHT = 29
"""Of fifty; thirty pass."""


@pytest.fixture
def tested(hall: ExamHall) -> ExamHall:
    """A finished attempt one point below the threshold: item 30 wrong, the rest never opened."""
    hall.begin()
    for position in range(1, RIGHT + 2):
        hall.answer(position, right=position <= RIGHT)
    hall.do(asked.Finish(WINDOW))
    return hall


def rescorings(hall: ExamHall) -> Rescorings:
    return Rescorings(hall.unit_of_work, hall.delivery, hall.library, hall.clock)


def disputes(hall: ExamHall) -> Disputes:
    return Disputes(hall.unit_of_work, hall.library, hall.clock)


def item(hall: ExamHall, position: int) -> tuple[str, int]:
    _, planned = hall.state().plan.slot(position)
    return planned.item_key, planned.version


def outcome(hall: ExamHall) -> tuple[int, bool]:
    result = hall.delivery.replay(hall.attempt_id).result
    assert result is not None
    return result["outcome"]["percent_hundredths"], result["outcome"]["passed"]


@pytest.mark.parametrize(
    ("remedy", "position", "percent", "passed"),
    [
        ("credit", RIGHT + 1, 6000, True),  # a wrong answer is credited
        ("credit", FORM_LENGTH, 6000, True),  # so is an item that was never opened
        ("void", RIGHT + 1, 5918, False),  # 29 of 49
        ("void", 1, 5714, False),  # 28 of 49: a right answer is lost with its item
    ],
)
def test_a_correction_is_previewed_and_changes_the_result_when_applied(
    tested: ExamHall, remedy: str, position: int, percent: int, passed: bool
) -> None:
    service = rescorings(tested)
    adjustment = Adjustment(*item(tested, position), remedy)  # type: ignore[arg-type]
    planned = service.plan(adjustment, "commission, protocol 3", "person:p")
    line = planned.lines[0]
    assert (line.percent_before, line.percent_after, line.passed_after) == (5800, percent, passed)
    assert line.crosses == passed
    assert outcome(tested) == (5800, False)
    for _ in range(2):
        assert service.apply(planned.uid, "person:q").status == "applied"
    assert outcome(tested) == (percent, passed)
    assert len(tested.log("rescored")) == 1
    assert verify(tested.delivery.log(tested.attempt_id)) is None
    assert disputes(tested).report(tested.attempt_id, "person:p", "").holds
    with tested.unit_of_work() as work:
        kept = {one.position for one in work.attempts.responses_in(1, "math")}
        actions = [one.action for one in work.audit.about(f"rescoring:{planned.uid}")]
    assert (position in kept) is False
    assert actions == ["rescoring-applied", "rescoring-approved", "rescoring-planned"]


def test_a_new_key_scores_every_response_again_and_statistics_follow(tested: ExamHall) -> None:
    shown = tested.state().at(RIGHT + 1)
    assert shown is not None
    service = rescorings(tested)
    key = {"correct": shown.response[0], "max_score": 1}
    adjustment = Adjustment(shown.item_key, shown.version, "key", key)
    service.apply(service.plan(adjustment, "commission", "person:p").uid, "person:q")
    assert outcome(tested) == (6000, True)
    with tested.unit_of_work() as work:
        scores = {one.position: one.item_score for one in work.attempts.responses_in(1, "math")}
    assert scores[RIGHT + 1] == 1


def test_a_second_correction_stands_on_the_first(tested: ExamHall) -> None:
    service = rescorings(tested)
    for position in (RIGHT + 1, FORM_LENGTH):
        planned = service.plan(Adjustment(*item(tested, position), "credit"), "commission", "person:p")
        service.apply(planned.uid, "person:p")
    assert outcome(tested) == (6200, True)
    assert len(tested.state().adjustments) == 2


def test_a_rescoring_that_was_cut_short_is_finished_by_the_next_round(tested: ExamHall) -> None:
    service = rescorings(tested)
    planned = service.plan(Adjustment(*item(tested, 40), "credit"), "commission", "person:p")
    with tested.unit_of_work(write=True) as work:
        work.rescorings.move(planned.uid, "planned", "applying", "person:q", tested.time)
        work.commit()
    assert (service.apply_rest(), service.apply_rest()) == (1, 0)
    assert outcome(tested) == (6000, True)


def test_a_correction_needs_a_basis_a_fitting_key_and_somebody_who_met_the_item(tested: ExamHall) -> None:
    service, (key, version) = rescorings(tested), item(tested, 1)
    with pytest.raises(InvalidInput):
        service.plan(Adjustment(key, version, "void"), "  ", "person:p")
    for bad in (None, {"correct": "zz", "max_score": 1}, {}):
        with pytest.raises(InvalidInput):
            service.plan(Adjustment(key, version, "key", bad), "commission", "person:p")
    with pytest.raises(NotFound):
        service.plan(Adjustment("no.such.item", 1, "void"), "commission", "person:p")


def test_a_report_replays_the_attempt_and_finds_a_changed_log(tested: ExamHall) -> None:
    report = disputes(tested).report(tested.attempt_id, "person:p", "complaint 7")
    assert report.holds
    assert [line.position for line in report.items] == list(range(1, RIGHT + 2))
    assert all(line.saves == 1 and line.chosen for line in report.items)
    assert report.items[0].option_order == tested.state().presentations[0].option_order
    with tested.unit_of_work() as work:
        assert work.audit.about(f"attempt:{tested.attempt_id}")[0].reason == "complaint 7"
    saved = next(row for row in tested.log("response_saved"))
    with tested.engine.begin() as connection:
        connection.execute(text("DROP TRIGGER attempt_events_no_update"))
        connection.execute(
            text("UPDATE attempt_events SET data = :data WHERE attempt_id = :id AND sequence = :sequence"),
            {
                "data": saved.data.replace('"item_score":1', '"item_score":0'),
                "id": tested.attempt_id,
                "sequence": saved.sequence,
            },
        )
    forged = disputes(tested).report(tested.attempt_id, "person:p", "")
    assert (forged.broken_at, forged.scores_agree, forged.holds) == (saved.sequence, False, False)


def test_the_commands_tell_and_correct_the_same(tested: ExamHall, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYNAK_ENVIRONMENT", "development")
    monkeypatch.setenv("SYNAK_SECRET_KEY", "x" * 40)
    monkeypatch.setenv("DATABASE_URL", str(tested.engine.url))
    run = CliRunner().invoke
    told = run(main, ["dispute", tested.attempt_id, "--json"])
    assert told.exit_code == 0
    assert json.loads(told.output)["chain_holds"] is True
    assert "hash chain holds" in run(main, ["dispute", tested.attempt_id]).output
    key, version = item(tested, RIGHT + 1)
    planned = run(main, ["rescore", "plan", key, str(version), "--remedy", "credit", "--basis", "No. 3"])
    assert "not passed -> passed" in planned.output
    uid = planned.output.split()[1]
    assert run(main, ["rescore", "apply", uid]).output == "applied: 1 attempts\n"
    assert uid in run(main, ["rescore", "list"]).output
    assert outcome(tested) == (6000, True)
    assert run(main, ["dispute", "nobody"]).exit_code == 2
