"""The reviewer's pages: answers that came too late, their evidence, and the decision about each."""

from datetime import datetime
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from testing_center.domain.administrations import Sitting
from testing_center.domain.errors import DomainError
from testing_center.domain.messages import N_
from testing_center.domain.permissions import Permission
from testing_center.services.late_answers import LateAnswerPage
from testing_center.services.presented_items import option_letter
from testing_center.web import locale
from testing_center.web.access import requires, signed_in
from testing_center.web.current import services
from testing_center.web.errors import sentence

blueprint = Blueprint("late_answers", __name__, url_prefix="/late-answers")

LONGEST_REASON = 500
VERDICTS = {
    "in_time": (N_("Given in time, by the computer's steady clock"), "done", "check"),
    "after_limit": (N_("Given after the time was up"), "attention", "triangle"),
    "bad_signature": (N_("The signature does not fit"), "final", "cross"),
    "broken_chain": (N_("Entries are missing or out of order"), "attention", "triangle"),
    "doubtful_clock": (N_("The computer's clocks cannot be trusted"), "attention", "triangle"),
}
CAUSES = {
    "time": N_("The time was up when it arrived"),
    "other_device": N_("The test had moved to another computer"),
    "finished": N_("The test was finished when it arrived"),
}
EVENTS = {
    "paused": N_("Paused"),
    "resumed": N_("Resumed"),
    "incident_noted": N_("Incident noted"),
    "time_granted": N_("Time added"),
    "outage_granted": N_("Time added"),
    "lease_transferred": N_("The other computer took over"),
}


@blueprint.get("/")
@requires(Permission.LATE_ANSWERS_DECIDE)
def home() -> str:
    """List the answers that wait for a decision, and the latest decisions."""
    review = services().late_answers
    return render_template(
        "late_answers/list.html", undecided=review.undecided(), decided=review.decided(), **_words()
    )


@blueprint.get("/<uid>")
@requires(Permission.LATE_ANSWERS_DECIDE)
def answer(uid: str) -> str:
    """Show one answer with its evidence."""
    return _page(uid)


@blueprint.post("/<uid>")
@requires(Permission.LATE_ANSWERS_DECIDE)
def decide(uid: str) -> Response | tuple[str, int]:
    """Count the answer or leave it out, with a reason."""
    accept = request.form.get("decision") == "accept"
    reason = request.form.get("reason", "").strip()[:LONGEST_REASON]
    try:
        services().late_answers.decide(uid, accept, reason, signed_in())
    except DomainError as refusal:
        return _page(uid, sentence(refusal)), 422
    words = (
        gettext("The answer counts; the result was calculated anew.")
        if accept
        else gettext("The answer stays out.")
    )
    flash(words, "success")
    return redirect(url_for("late_answers.home"), code=303)


def _page(uid: str, error: str | None = None) -> str:
    page = services().late_answers.page(uid)
    return render_template(
        "late_answers/answer.html",
        page=page,
        shown=_texts(page),
        error=error,
        typed=request.form,
        **_words(),
    )


def _texts(page: LateAnswerPage) -> dict[str, str]:
    """Return the late response and the one that counts now as the candidate saw their options."""
    shown = page.state.at(page.line.answer.position)
    order = list(shown.option_order) if shown else []
    return {
        "late": _letters(page.line.answer.response, order, page.state.plan.language),
        "now": _letters(page.response_now, order, page.state.plan.language),
    }


def _letters(response: tuple[str, ...], order: list[str], language: str) -> str:
    """Write a response by the letters of its options, or as it was typed."""
    parts = [
        f"{option_letter(order.index(one), language)} ({one})" if one in order else one for one in response
    ]
    return ", ".join(parts) or "–"


def _words() -> dict[str, Any]:
    return {
        "verdicts": VERDICTS,
        "causes": CAUSES,
        "events": EVENTS,
        "language": locale.language(),
        "clock_time": _clock_time,
        "seconds": _seconds,
    }


def _clock_time(moment: datetime | str | None, sitting: Sitting | None) -> str:
    """Write a moment in the site's time, with seconds."""
    if not moment:
        return "–"
    instant = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    local = locale.in_zone(instant, sitting.site.timezone if sitting else "UTC")
    return local.strftime("%d.%m.%Y %H:%M:%S")


def _seconds(milliseconds: float) -> str:
    return locale.decimal(milliseconds / 1000, 1)
