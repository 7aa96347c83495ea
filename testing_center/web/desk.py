"""Sheets on the candidate's desk: fetched when first opened, only where the policy lays them there."""

from collections.abc import Iterable
from functools import cache

from flask import Blueprint, Response, make_response, render_template
from markupsafe import Markup

from item_bank.markup import formula_to_mathml
from testing_center.domain.errors import NotFound
from testing_center.domain.permissions import Permission
from testing_center.domain.reference_sheets import FORMULAS, periodic_table
from testing_center.services import candidate_pages as pages
from testing_center.web.access import current_person, requires
from testing_center.web.current import services

blueprint = Blueprint("desk", __name__, url_prefix="/attempts/<attempt_id>/desk")


@blueprint.get("/<name>")
@requires(Permission.ATTEMPT_TAKE)
def sheet(attempt_id: str, name: str) -> Response:
    """Send a sheet of the candidate's running test as a fragment of a page."""
    found, person = services().delivery.state(attempt_id), current_person()
    if person is None:
        raise NotFound
    pages.require_owner(found, person)
    if found.status != "in_progress" or name not in pages.desk_tools(found.plan):
        raise NotFound
    if name == "periodic_table":
        response = make_response(render_template("desk/periodic_table.html", rows=periodic_table()))
    elif name == "formula_sheet":
        response = make_response(_formulas([section.subject for section in found.plan.sections]))
    else:
        raise NotFound
    response.headers["Cache-Control"] = "private, max-age=3600"
    return response


def _formulas(subjects: Iterable[str]) -> str:
    groups = [group for subject in dict.fromkeys(subjects) for group in FORMULAS.get(subject, ())]
    return render_template("desk/formula_sheet.html", groups=groups, mathml=_mathml)


@cache
def _mathml(formula: str) -> Markup:
    return Markup(formula_to_mathml(formula))  # noqa: S704 - our own formulas
