"""The candidate's test: waiting room, instructions, items, finish, result. Only the owner may open it."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from flask import (
    Blueprint,
    Response,
    flash,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import force_locale, format_decimal, get_locale, gettext, ngettext
from werkzeug.wrappers import Response as BaseResponse

from testing_center.domain.attempts import commands as asked
from testing_center.domain.attempts.conduct_commands import AcknowledgeMessage
from testing_center.domain.attempts.late_answers import SignedEntry, body_of
from testing_center.domain.attempts.lease import standing
from testing_center.domain.attempts.state import AttemptState
from testing_center.domain.attempts.timekeeping import Allotment
from testing_center.domain.errors import (
    AttemptRefusal,
    ConcurrentAppend,
    InvalidInput,
    NotFound,
    OtherDevice,
    ProofRequired,
    RoomCodeRefused,
)
from testing_center.domain.people import Person
from testing_center.domain.permissions import Permission
from testing_center.domain.safe_exam_browser import proof_policy
from testing_center.services import candidate_pages as pages
from testing_center.services.answer_queue import QueuedCommand
from testing_center.web import devices, exam_tokens, proofs
from testing_center.web.access import actor, current_person, requires
from testing_center.web.current import services
from testing_center.web.errors import sentence, wants_json
from testing_center.web.exam_tokens import by_exam_token, caller, on_short_way
from testing_center.web.response_forms import page_item

blueprint = Blueprint("candidate", __name__, url_prefix="/attempts/<attempt_id>")
blueprint.after_request(devices.remember)

LONGEST_TEXT = 200
LONGEST_TIME = 40
LONGEST_BODY = 64_000
MOST_ENTRIES = 100
LONGEST_ADDRESS = 45
MOST_PARTS = 200
LONGEST_RESPONSE = 60_000
"""Characters of all parts together: a little more than the longest text that an item may ask for."""
LONGEST_ROUND_TRIP = 60_000
LARGEST_SEQUENCE = 2**31 - 1


@blueprint.get("/")
@requires(Permission.ATTEMPT_TAKE)
def attempt(attempt_id: str) -> BaseResponse | str:
    """Show the page that fits the attempt's state."""
    state = _own(attempt_id)
    if state.status == "finished":
        return redirect(url_for("candidate.result", attempt_id=attempt_id))
    if state.status in ("in_progress", "paused", "on_break"):
        return _private(_running(state))
    services().delivery.touch(attempt_id)
    state = services().exam_browser.note(state, proofs.sent(), proofs.addresses(), "headers")
    page = "instructions" if state.status == "permitted" else "waiting"
    token = exam_tokens.issue(attempt_id)
    return _private(render_template(f"candidate/{page}.html", token=token, **_frame(state)))


@blueprint.post("/start")
@requires(Permission.ATTEMPT_TAKE)
def start(attempt_id: str) -> BaseResponse:
    """Begin the test by the candidate's own press, once the proctor has opened it."""
    found = _own(attempt_id)
    ticket, code = (request.form.get(name, "")[:LONGEST_TEXT] for name in ("ticket_code", "room_code"))
    try:
        services().exam_browser.require(found)
        launch = services().launch.require(attempt_id, ticket, code)
    except (RoomCodeRefused, ProofRequired) as refusal:
        page = render_template("candidate/instructions.html", error=sentence(refusal), **_frame(found))
        response = _private(page)
        response.status_code = 409
        return response
    services().delivery.execute(attempt_id, asked.Start(launch), actor=actor())
    return redirect(url_for("candidate.attempt", attempt_id=attempt_id), code=303)


@blueprint.post("/messages")
@requires(Permission.ATTEMPT_TAKE)
def acknowledge(attempt_id: str) -> BaseResponse:
    """Record that a message of the proctor was read."""
    _own(attempt_id)
    command = AcknowledgeMessage(request.form.get("message_id", "")[:LONGEST_TEXT])
    services().delivery.execute(attempt_id, command, actor=actor())
    if wants_json():
        return _private(jsonify({"acknowledged": command.message_id}))
    return redirect(url_for("candidate.attempt", attempt_id=attempt_id), code=303)


@blueprint.post("/proof")
@requires(Permission.ATTEMPT_TAKE)
def prove(attempt_id: str) -> BaseResponse:
    """Take the locked-down browser's proof from its script interface: it is bound to the page's address."""
    addresses = proofs.addresses(url_for("candidate.attempt", attempt_id=attempt_id))
    given = proofs.of_form()
    found = _own(attempt_id)
    if given.config_key_hash or found.proof != "proved":
        found = services().exam_browser.note(found, given, addresses, "script")
    return _private(jsonify({"proof": found.proof}))


@blueprint.get("/state")
@requires(Permission.ATTEMPT_TAKE)
@by_exam_token
def state(attempt_id: str) -> BaseResponse:
    """Tell a page where the attempt stands and note that the page was heard from."""
    found, with_item = services().delivery.state(attempt_id, heard=True), "item" in request.args
    try:
        pages.require_device(found, caller().device, items=with_item)
    except OtherDevice as refusal:
        return _refused(attempt_id, refusal)
    milliseconds = request.args.get("rtt", 0, type=int)
    if 0 < milliseconds <= LONGEST_ROUND_TRIP:
        services().delivery.note_round_trip(attempt_id, milliseconds)
    return _reply(found, with_item)


@blueprint.get("/device")
@requires(Permission.ATTEMPT_TAKE)
def device(attempt_id: str) -> BaseResponse:
    """Tell a device that waits whether it may go on."""
    found = _own(attempt_id)
    word = "finished" if found.status == "finished" else standing(found, devices.identifier())
    return _private(jsonify({"status": word}))


@blueprint.post("/device")
@requires(Permission.ATTEMPT_TAKE)
def ask_again(attempt_id: str) -> BaseResponse:
    """Ask once more whether this device may take over."""
    _take(_own(attempt_id), again=True)
    return redirect(url_for("candidate.attempt", attempt_id=attempt_id), code=303)


@blueprint.post("/open")
@requires(Permission.ATTEMPT_TAKE)
@by_exam_token
def open_item(attempt_id: str) -> BaseResponse:
    """Go to a position of a fixed form."""
    sent = _sent()
    return _execute(attempt_id, _opening(sent), sent, with_item=True)


@blueprint.post("/save")
@requires(Permission.ATTEMPT_TAKE)
@by_exam_token
def save(attempt_id: str) -> BaseResponse:
    """Record the response as it stands; acknowledged only when it is durable."""
    sent = _sent()
    return _execute(attempt_id, _saving(sent), sent)


@blueprint.post("/flag")
@requires(Permission.ATTEMPT_TAKE)
@by_exam_token
def flag(attempt_id: str) -> BaseResponse:
    """Mark or unmark an item for another look."""
    sent = _sent()
    return _execute(attempt_id, _flagging(sent), sent)


@blueprint.post("/confirm")
@requires(Permission.ATTEMPT_TAKE)
@by_exam_token
def confirm(attempt_id: str) -> BaseResponse:
    """Lock the response and go forward in an adaptive test."""
    sent = _sent()
    command = asked.ConfirmItem(_text(sent, "presentation_id"), _text(sent, "lease"))
    return _execute(attempt_id, command, sent, with_item=True)


@blueprint.post("/sections/leave")
@requires(Permission.ATTEMPT_TAKE)
@by_exam_token
def leave_section(attempt_id: str) -> BaseResponse:
    """Lock the section and go to what is between it and the next."""
    sent = _sent()
    return _execute(attempt_id, asked.LeaveSection(_text(sent, "lease")), sent)


@blueprint.post("/sections/begin")
@requires(Permission.ATTEMPT_TAKE)
def begin_section(attempt_id: str) -> BaseResponse:
    """Open the next section by the candidate's own press."""
    return _go_on(attempt_id, asked.BeginSection(request.form.get("lease", "")))


@blueprint.post("/break")
@requires(Permission.ATTEMPT_TAKE)
@by_exam_token
def take_break(attempt_id: str) -> BaseResponse:
    """Leave the desk for a while, as far as the policy allows."""
    sent = _sent()
    return _execute(attempt_id, asked.TakeBreak(_text(sent, "lease")), sent)


@blueprint.post("/break/end")
@requires(Permission.ATTEMPT_TAKE)
def end_break(attempt_id: str) -> BaseResponse:
    """Sit down again."""
    return _go_on(attempt_id, asked.EndBreak(request.form.get("lease", "")))


@blueprint.post("/finish")
@requires(Permission.ATTEMPT_TAKE)
@by_exam_token
def finish(attempt_id: str) -> BaseResponse:
    """End the test by the candidate's decision."""
    sent = _sent()
    return _execute(attempt_id, asked.Finish(_text(sent, "lease"), sent.get("timed") is True), sent)


@blueprint.post("/attention")
@requires(Permission.ATTEMPT_TAKE)
@by_exam_token
def attention(attempt_id: str) -> BaseResponse:
    """Record that the page was hidden, shown, left or returned to, with the candidate's clock."""
    sent = _sent()
    return _execute(attempt_id, _attention(sent), sent)


@blueprint.post("/queue")
@requires(Permission.ATTEMPT_TAKE)
@by_exam_token
def queue(attempt_id: str) -> BaseResponse:
    """Take in its order what a page queued while it was not heard; what is too late is kept."""
    sent = _sent()
    entries = sent.get("entries")
    if not isinstance(entries, list) or not 0 < len(entries) <= MOST_ENTRIES:
        raise InvalidInput
    queued = [_queued(entry, _text(sent, "lease")) for entry in entries]
    found, outcomes = services().answer_queue.replay(attempt_id, queued, caller().actor)
    told = [
        {
            "command_id": outcome.command_id,
            "word": outcome.word,
            "message": sentence(outcome.refusal) if outcome.refusal else "",
        }
        for outcome in outcomes
    ]
    if found.status == "finished" or standing(found, caller().device) == "holder":
        services().delivery.touch(attempt_id)
        return _private(jsonify(_progress(found) | {"outcomes": told}))
    # The device was replaced: what it held is kept, and nothing more is told.
    refusal = OtherDevice()
    body = _progress(found) | {"outcomes": told, "error": refusal.code, "message": sentence(refusal)}
    return _private(jsonify(body))


@blueprint.get("/form")
@requires(Permission.ATTEMPT_TAKE)
@by_exam_token
def form(attempt_id: str) -> BaseResponse:
    """Send the items of a fixed form that may be visited, so that a page without a network can show them."""
    found = services().delivery.state(attempt_id)
    try:
        pages.require_device(found, caller().device, items=True)
    except OtherDevice as refusal:
        return _refused(attempt_id, refusal)
    items = [page_item(one) for one in pages.form_items(found, services().library)]
    return _private(jsonify({"items": items}))


@blueprint.post("/help")
@requires(Permission.ATTEMPT_TAKE)
@by_exam_token
def call_proctor(attempt_id: str) -> BaseResponse:
    """Call the proctor."""
    return _execute(attempt_id, asked.RequestHelp(), _sent())


@blueprint.get("/result")
@requires(Permission.ATTEMPT_TAKE)
def result(attempt_id: str) -> BaseResponse:
    """Show the result of the finished attempt."""
    found = _own(attempt_id)
    if found.status != "finished":
        return redirect(url_for("candidate.attempt", attempt_id=attempt_id))
    page = services().results.result(attempt_id, _person())
    local = page.finished_at.astimezone(ZoneInfo(page.timezone))
    return _private(
        render_template(
            "candidate/result.html",
            page=page,
            language=_language(),
            finished_at=local,
            percent=hundredths,
            display_scope=attempt_id,
            late=found.late_answers_kept - found.late_answers_decided,
        )
    )


@blueprint.get("/protocol.pdf")
@requires(Permission.ATTEMPT_TAKE)
def protocol(attempt_id: str) -> BaseResponse:
    """Send the protocol as a PDF file."""
    number, pdf = services().results.protocol(attempt_id, _person(), _language(), gettext)
    response = Response(pdf, mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="protocol-{number}.pdf"'
    return _private(response)


def hundredths(value: int) -> str:
    """Write hundredths of a percent as a percent in the reader's format, exactly: 7666 is 76.66 or 76,66."""
    return str(format_decimal(Decimal(value) / 100, "0.##"))


def _person() -> Person:
    person = current_person()
    if person is None:
        raise NotFound
    return person


def _own(attempt_id: str) -> AttemptState:
    found = services().delivery.state(attempt_id)
    pages.require_owner(found, _person())
    return found


def _language() -> str:
    locale = get_locale()
    return str(locale.language) if locale else "en"


def _private(body: str | Response | BaseResponse) -> Response:
    response = make_response(body)
    response.headers["Cache-Control"] = "no-store"
    return response


def _go_on(attempt_id: str, command: asked.Command) -> BaseResponse:
    """Leave an intermission: whatever became of it meanwhile, the attempt's page shows what is next."""
    try:
        services().delivery.execute(attempt_id, command, actor=actor())
    except AttemptRefusal as refusal:
        flash(gettext(refusal.message, **refusal.params), "error")
    return redirect(url_for("candidate.attempt", attempt_id=attempt_id), code=303)


def _frame(found: AttemptState) -> dict[str, Any]:
    """Return what every page of an unfinished test shows: who, where, what, how long."""
    person = _person()
    seats = services().accounts.home(person.id)
    place = next((sitting for booking, sitting in seats if booking.attempt_id == found.attempt_id), None)
    now = services().delivery.now()
    policy = proof_policy(place.administration.policy) if place else "allow"
    return {
        "state": found,
        "person": person,
        "room": place.room.name if place else "",
        "title_names": place.administration.names if place else {},
        "timezone": place.site.timezone if place else "UTC",
        "language": _language(),
        "two_key": place is not None and place.two_key,
        "proof_policy": policy,
        "proof_refused": policy == "block" and found.proof != "proved",
        "typed": request.form,
        "display_scope": found.attempt_id,
        "time_left": clock_text(found.seconds_left(now)),
        "section_names": pages.section_names(found.plan, _language()),
        "minutes": Allotment(found.plan.base_seconds).with_accommodations(found.accommodations) // 60,
    }


def clock_text(seconds: float | None) -> str:
    """Write a time left as H:MM:SS, whole seconds rounded up; nothing when there is no deadline."""
    if seconds is None:
        return ""
    whole = -int(-seconds // 1)
    return f"{whole // 3600}:{whole // 60 % 60:02d}:{whole % 60:02d}"


def _intermission_page(found: AttemptState, lease: str) -> str:
    """Show what is between two sections, or a break: no item, what comes next, one button."""
    now = services().delivery.now()
    page = "break" if found.status == "on_break" else "between_sections"
    return render_template(
        f"candidate/{page}.html",
        sections=pages.section_lines(found),
        break_left=pages.break_seconds_left(found, now),
        clock_text=clock_text,
        now=now,
        lease=lease,
        token=exam_tokens.issue(found.attempt_id),
        **_frame(found),
    )


def _running(found: AttemptState) -> str:
    """Show the item to the device that holds the test, and to another one how it may take over."""
    found = services().exam_browser.note(found, proofs.sent(), proofs.addresses(), "headers")
    found, lease = _take(found)
    if found.lease == lease:
        services().delivery.touch(found.attempt_id)
        intermission = found.between_sections or found.status == "on_break"
        return (_intermission_page if intermission else _item_page)(found, lease)
    word = standing(found, devices.identifier())
    return render_template("candidate/other_device.html", standing=word, **_frame(found))


def _take(found: AttemptState, again: bool = False) -> tuple[AttemptState, str]:
    lease = uuid.uuid4().hex
    address = (request.remote_addr or "")[:LONGEST_ADDRESS]
    command = asked.TakeLease(lease, devices.description(), devices.identifier(), address, again)
    return services().delivery.execute(found.attempt_id, command, actor=actor()), lease


def _item_page(found: AttemptState, lease: str) -> str:
    frame = _frame(found)
    item = _shown_item(found)
    paths = (
        "state", "open_item", "save", "flag", "confirm", "finish", "call_proctor", "attention", "attempt",
        "result", "leave_section", "take_break", "queue", "form",
    )  # fmt: skip
    return render_template(
        "candidate/item.html",
        item=item,
        cells=pages.navigator_cells(found),
        progress=_progress(found),
        lease=lease,
        tools=pages.desk_tools(found.plan),
        queue_key=services().answer_queue.key(found.attempt_id),
        token=exam_tokens.issue(found.attempt_id),
        urls={path: url_for(f"candidate.{path}", attempt_id=found.attempt_id) for path in paths},
        **frame,
    )


def _shown_item(found: AttemptState) -> dict[str, Any] | None:
    item = pages.current_item(found, services().library)
    return page_item(item) if item else None


def _progress(found: AttemptState) -> dict[str, Any]:
    data = pages.progress_payload(found, services().delivery.now())
    return data | {"consequence": _consequence(found)}


def _consequence(found: AttemptState) -> str:
    """Say in plain words what finishing now means."""
    if found.plan.mode == "adaptive" and not pages.all_confirmed(found):
        return consequence(_page_language(), None)
    return consequence(_page_language(), pages.unanswered(found))


@lru_cache
def consequence(language: str, missing: int | None) -> str:
    """Return the sentence for so many unanswered items, or for a test that goes on adaptively (None)."""
    with force_locale(language):
        if missing is None:
            return str(gettext("This ends the test before its last item. It cannot be opened again."))
        if not missing:
            return str(gettext("This ends the test. Every item is answered."))
        words = ngettext(
            "This ends the test. %(num)d item is unanswered.",
            "This ends the test. %(num)d items are unanswered.",
            missing,
        )
        return str(words)


def _page_language() -> str:
    return caller().language if on_short_way() else _language()


def _sent() -> Mapping[str, Any]:
    try:
        sent = msgspec.json.decode(request.get_data())
    except msgspec.DecodeError:
        raise InvalidInput from None
    if not isinstance(sent, dict):
        raise InvalidInput
    return sent


def _text(sent: Mapping[str, Any], name: str) -> str:
    value = sent.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_TEXT:
        raise InvalidInput
    return value


def _number(sent: Mapping[str, Any], name: str) -> int:
    value = sent.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value <= LARGEST_SEQUENCE:
        raise InvalidInput
    return value


def _response(sent: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the parts of a response; whether they fit the item is the item's to say."""
    value = sent.get("response")
    if not isinstance(value, list) or not all(isinstance(part, str) and part for part in value):
        raise InvalidInput
    if len(value) > MOST_PARTS or sum(map(len, value)) > LONGEST_RESPONSE:
        raise InvalidInput
    return tuple(value)


def _execute(
    attempt_id: str, command: asked.Command, sent: Mapping[str, Any], with_item: bool = False
) -> BaseResponse:
    command_id = _command_id(sent)
    try:
        found = services().delivery.execute(
            attempt_id, command, actor=caller().actor, command_id=command_id, heard=True
        )
    except (AttemptRefusal, ConcurrentAppend) as refusal:
        return _refused(attempt_id, refusal)
    return _reply(found, with_item, getattr(command, "presentation_id", None))


def _opening(sent: Mapping[str, Any]) -> asked.OpenItem:
    return asked.OpenItem(_number(sent, "position"), _text(sent, "lease"), _client_time(sent))


def _saving(sent: Mapping[str, Any]) -> asked.SaveResponse:
    return asked.SaveResponse(
        _text(sent, "presentation_id"),
        _response(sent),
        _number(sent, "client_sequence"),
        _text(sent, "lease"),
        _client_time(sent),
    )


def _flagging(sent: Mapping[str, Any]) -> asked.FlagItem:
    flagged = sent.get("flagged")
    if not isinstance(flagged, bool):
        raise InvalidInput
    return asked.FlagItem(_text(sent, "presentation_id"), flagged, _text(sent, "lease"))


def _attention(sent: Mapping[str, Any]) -> asked.NoteAttention:
    skew = sent.get("client_skew")
    if not isinstance(skew, int) or isinstance(skew, bool) or abs(skew) > LARGEST_SEQUENCE:
        raise InvalidInput
    client_time = _text(sent, "client_time")[:LONGEST_TIME]
    return asked.NoteAttention(_text(sent, "change"), client_time, skew, _text(sent, "lease"))


QUEUED = {"open": _opening, "save": _saving, "flag": _flagging, "attention": _attention}
"""What a page may queue: nothing whose answer it must wait for."""


def _queued(entry: Any, lease: str) -> QueuedCommand:
    if not isinstance(entry, dict) or not isinstance(entry.get("body"), str):
        raise InvalidInput
    if len(entry["body"]) > LONGEST_BODY:
        raise InvalidInput
    signed = SignedEntry(
        _text(entry, "chain"),
        _number(entry, "number"),
        _text(entry, "previous"),
        entry["body"],
        _text(entry, "mac"),
    )
    body = body_of(signed)
    build = QUEUED.get(str(body.get("kind")))
    if build is None:
        raise InvalidInput
    return QueuedCommand(signed, _command_id(body), build({**body, "lease": lease}))


def _client_time(sent: Mapping[str, Any]) -> str:
    return str(sent.get("client_time", ""))[:LONGEST_TIME]


def _command_id(sent: Mapping[str, Any]) -> str:
    try:
        return str(uuid.UUID(_text(sent, "command_id")))
    except ValueError:
        raise InvalidInput from None


def _refused(attempt_id: str, refusal: AttemptRefusal | ConcurrentAppend) -> BaseResponse:
    message = str(gettext(refusal.message, **refusal.params))
    body = _progress(services().delivery.state(attempt_id)) | {"error": refusal.code, "message": message}
    return _data(body, 503 if isinstance(refusal, ConcurrentAppend) else 409)


def _reply(found: AttemptState, with_item: bool, presentation_id: str | None = None) -> BaseResponse:
    body = _progress(found)
    if with_item:
        body["item"] = _shown_item(found)
    shown = found.presentation(presentation_id) if presentation_id else None
    if shown is not None:
        body |= {"saved": pages.saved_payload(shown), "saved_at": _saved_at(shown.saved_at)}
    return _data(body)


def _data(body: Mapping[str, Any], status: int = 200) -> BaseResponse:
    # Marked-up text is a kind of string that the encoder does not take for one.
    encoded = msgspec.json.encode(body, enc_hook=str)
    return Response(encoded, status, content_type="application/json")


def _saved_at(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
