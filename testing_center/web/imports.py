"""Items from files and into files: dry run, confirmation, report; export of a search."""

import io
import json
import zipfile

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from item_bank.errors import ItemBankError
from item_bank.formats import exchange_format
from item_bank.formats.spreadsheet import template as spreadsheet_template
from item_bank.identifiers import LEVELS
from testing_center.documents.spreadsheets import xlsx_table
from testing_center.domain.errors import InvalidInput, NotFound
from testing_center.domain.imports import APPLY, STATUSES, ImportWish
from testing_center.domain.permissions import Permission
from testing_center.domain.pools import visible_parts
from testing_center.web import import_words, inputs
from testing_center.web.access import requires, signed_in
from testing_center.web.bank_words import LANGUAGE_NAMES, POOLS
from testing_center.web.current import services
from testing_center.web.errors import sentence
from testing_center.web.item_pages import vocabulary
from testing_center.web.item_tables import asked
from testing_center.web.locale import language
from testing_center.web.spreadsheet_files import MEDIA_TYPES, spreadsheet

blueprint = Blueprint("imports", __name__)


@blueprint.get("/imports")
@requires(Permission.ITEM_IMPORT)
def home() -> str:
    """Show the form and the newest imports."""
    return _home()


@blueprint.post("/imports")
@requires(Permission.ITEM_IMPORT)
def start() -> Response | tuple[str, int]:
    """Keep a file and look at it; nothing is changed in the bank."""
    sent, area = request.files.get("file"), inputs.text("area")
    wish = ImportWish(
        pool=inputs.text("pool"),
        language=inputs.text("language"),
        subject=inputs.text("subject") or area.partition(".")[0],
        area=area.partition(".")[2],
        level=inputs.text("level"),
        format_name=inputs.text("format"),
        refuse_similar=bool(request.form.get("refuse_similar")),
    )
    try:
        if sent is None or not sent.filename:
            raise InvalidInput(gettext("Choose a file."))
        stored, before = services().imports.start(sent.filename, sent.read(), wish, signed_in())
    except (InvalidInput, ItemBankError) as refusal:
        return _home(sentence(refusal)), 422
    if before:
        flash(gettext("This file was taken over before. Nothing was changed; this is its report."), "info")
    return redirect(url_for("author.imports.show", uid=stored.uid), code=303)


@blueprint.get("/imports/template")
@requires(Permission.ITEM_IMPORT)
def template() -> Response:
    """Send the workbook that authors fill in."""
    return _file(spreadsheet_template(), "synak-items.xlsx", MEDIA_TYPES["xlsx"])


@blueprint.get("/imports/<uid>")
@requires(Permission.ITEM_IMPORT)
def show(uid: str) -> str:
    """Show how far an import is, then what would happen or what happened, row by row."""
    page = services().imports.page(uid, signed_in())
    wish = request.args.get("status", "")
    return render_template(
        "author/import.html",
        page=page,
        report=page.report,
        applied=page.phase == APPLY,
        shown=wish if wish in STATUSES else "",
        status_words=import_words.STATUS_WORDS,
        outcome_words=import_words.OUTCOME_WORDS,
        message_words=import_words.message_words,
        place_words=import_words.place_words,
    )


@blueprint.post("/imports/<uid>/confirmation")
@requires(Permission.ITEM_IMPORT)
def confirm(uid: str) -> Response:
    """Take the file over."""
    services().imports.confirm(uid, signed_in())
    return redirect(url_for("author.imports.show", uid=uid), code=303)


@blueprint.get("/imports/<uid>/report.<kind>")
@requires(Permission.ITEM_IMPORT)
def report(uid: str, kind: str) -> Response:
    """Send the report as a workbook or as JSON."""
    found = services().imports.page(uid, signed_in()).report
    if found is None or kind not in ("xlsx", "json"):
        raise NotFound
    if kind == "xlsx":
        return spreadsheet("import-report", "xlsx", *import_words.report_table(found))
    body = json.dumps(found.to_data(), ensure_ascii=False, indent=1).encode()
    return _file(body, "import-report.json", "application/json")


@blueprint.get("/export")
@requires(Permission.ITEM_EXPORT)
def export() -> str:
    """Ask for the format of an export of the present search."""
    return _export()


@blueprint.post("/export")
@requires(Permission.ITEM_EXPORT)
def write() -> Response | tuple[str, int]:
    """Send the items that the present search finds, with what their format leaves out."""
    name = inputs.text("format")
    try:
        found = services().exports.write(
            asked(request.args).query, name, inputs.text("language"), signed_in()
        )
    except (InvalidInput, ItemBankError) as refusal:
        return _export(sentence(refusal)), 422
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"items{exchange_format(name).suffixes[0]}", found.content)
        archive.writestr("losses.xlsx", xlsx_table("losses", *import_words.loss_table(found)))
        archive.writestr("report.json", json.dumps(found.to_data(), ensure_ascii=False, indent=1))
    return _file(packed.getvalue(), "synak-items.zip", "application/zip")


def _home(error: str | None = None) -> str:
    pools = [(code, gettext(POOLS[code])) for code in POOLS if code in visible_parts(signed_in().roles)]
    return render_template(
        "author/imports.html",
        error=error,
        typed=request.form,
        own_language=language(),
        pool_choices=pools,
        language_choices=list(LANGUAGE_NAMES.items()),
        format_choices=import_words.format_names(),
        level_codes=LEVELS,
        recent=services().imports.recent(signed_in()),
        **vocabulary(),
    )


def _export(error: str | None = None) -> str:
    address = asked(request.args)
    return render_template(
        "author/export.html",
        error=error,
        typed=request.form,
        own_language=language(),
        arguments=address.arguments(),
        count=services().exports.count(address.query, signed_in()),
        language_choices=list(LANGUAGE_NAMES.items()),
        format_choices=import_words.format_names(),
    )


def _file(body: bytes, name: str, media_type: str) -> Response:
    response = make_response(body)
    response.headers["Content-Type"] = media_type
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response
