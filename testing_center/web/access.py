"""Who may open what: every view names one permission, and a view that names none is never opened."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from flask import Flask, current_app, redirect, request, session, url_for
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from werkzeug.wrappers import Response

from testing_center.domain.errors import Forbidden, NotFound
from testing_center.domain.people import Person
from testing_center.domain.permissions import Permission, permissions_of
from testing_center.web.current import services
from testing_center.web.errors import problem, wants_json

View = TypeVar("View", bound=Callable[..., Any])


class SignedIn(UserMixin):  # type: ignore[misc]
    """A person as Flask-Login keeps one: the session ends when the account's epoch moves on."""

    def __init__(self, person: Person) -> None:
        self.person = person

    def get_id(self) -> str:
        """Return ``<person id>:<session epoch>``."""
        return f"{self.person.id}:{self.person.session_epoch}"


def requires(permission: Permission) -> Callable[[View], View]:
    """Name the permission that a view needs."""

    def mark(view: View) -> View:
        view.permission = permission  # type: ignore[attr-defined]
        return view

    return mark


def current_person() -> Person | None:
    """Return who is signed in."""
    return cast(Person, current_user.person) if current_user.is_authenticated else None


def signed_in() -> Person:
    """Return who is signed in, on a page that the guard opens to nobody else; raises ``NotFound``."""
    found = current_person()
    if found is None:
        raise NotFound
    return found


def holds(permission: Permission) -> bool:
    """Whether the signed-in person holds *permission*, for the parts of a page."""
    return permission in permissions_of(signed_in().roles)


def actor() -> str:
    """Return who acts, as the attempt log and the audit log write it."""
    person = current_person()
    return f"person:{person.uid}" if person else "anonymous"


def begin_session(person: Person) -> None:
    """Start a session that inherits nothing from the one before (no fixation)."""
    session.clear()
    session.permanent = True
    login_user(SignedIn(person))


def end_session() -> None:
    """Forget who was signed in, and everything else."""
    logout_user()
    session.clear()


def guard() -> Response | None:
    """Refuse what the signed-in person may not open; runs before every view."""
    if request.endpoint is None or request.endpoint == "static":
        return None
    view = current_app.view_functions[request.endpoint]
    permission = getattr(view, "permission", None)
    if permission is Permission.PUBLIC:
        return None
    person = current_person()
    if person is None:
        return ask_to_sign_in()
    if permission not in permissions_of(person.roles):
        raise Forbidden
    return None


def ask_to_sign_in() -> Response:
    """Send a person to the page for signing in; tell a program that it must."""
    if wants_json():
        return problem(401, "sign-in-required")
    target = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("public.sign_in", next=target))


def install(app: Flask) -> None:
    """Add sessions and the guard to *app*."""
    manager = LoginManager(app)
    manager.session_protection = None  # the signed cookie and the epoch carry the session; addresses change

    @manager.user_loader  # type: ignore[untyped-decorator]
    def load(user_id: str) -> SignedIn | None:
        person_id, _, epoch = user_id.partition(":")
        if not (person_id.isdigit() and epoch.isdigit()):
            return None
        person = services().accounts.person(int(person_id), int(epoch))
        return SignedIn(person) if person else None

    app.before_request(guard)
