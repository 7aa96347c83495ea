"""The reader's language: chosen in this browser, else the account's, else what the browser asks for."""

from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import get_timezone_location
from flask import Flask, current_app, g, has_request_context, request, session
from flask_babel import Babel, format_date, format_decimal, format_time, get_locale
from werkzeug.wrappers import Response

from testing_center.domain.administrations import Sitting
from testing_center.web.access import current_person

LANGUAGES = ("ky", "ru", "kk", "en")
COOKIE = "synak_language"
COOKIE_SECONDS = 365 * 24 * 3600


def language() -> str:
    """Return the language of the page being made."""
    locale = get_locale()
    return str(locale.language) if locale else str(current_app.config["DEFAULT_LANGUAGE"])


def choose() -> str:
    """Decide the reader's language; the choice of this browser wins over the account's."""
    default = str(current_app.config["DEFAULT_LANGUAGE"])
    if not has_request_context():
        return default
    if g.get("page_language") in LANGUAGES:
        return str(g.page_language)
    person = current_person()
    for wish in (session.get("language"), person and person.language, request.cookies.get(COOKIE)):
        if wish in LANGUAGES:
            return str(wish)
    return request.accept_languages.best_match(LANGUAGES, default) or default


def use_language(code: str) -> None:
    """Answer this request in the language of the page that sent it, whoever is signed in."""
    g.page_language = code


def remember(response: Response, code: str) -> None:
    """Keep the choice in this browser, for the pages before signing in."""
    session["language"] = code
    response.set_cookie(COOKIE, code, max_age=COOKIE_SECONDS, httponly=True, samesite="Lax")


def local_name(names: object) -> str:
    """Choose the reader's language from texts by language code, falling back in a fixed order."""
    if not isinstance(names, dict):
        return ""
    order = (language(), current_app.config["DEFAULT_LANGUAGE"], *LANGUAGES)
    return next((str(names[code]) for code in order if names.get(code)), "")


def place(sitting: Sitting) -> str:
    """Write site, city and address on one line."""
    site = sitting.site
    parts = (local_name(site.names), local_name(site.cities), local_name(site.addresses))
    return ", ".join(part for part in parts if part)


def in_zone(moment: datetime, timezone: str) -> datetime:
    """Return the wall clock of *timezone* without its offset, so that no later step moves it again."""
    return moment.astimezone(ZoneInfo(timezone)).replace(tzinfo=None)


def zone_city(timezone: str) -> str:
    """Name a zone by its city in the reader's language, as people do: Asia/Bishkek is Бишкек."""
    return str(get_timezone_location(timezone, locale=language(), return_city=True))


def _date(moment: datetime, style: str = "long") -> str:
    return str(format_date(moment, style, rebase=False))


def _date_and_time(moment: datetime, style: str = "long") -> str:
    return f"{_date(moment, style)}, {format_time(moment, 'short', rebase=False)}"


def decimal(value: float, digits: int = 2) -> str:
    """Write a number with a fixed count of decimals in the reader's format."""
    return str(format_decimal(value, "#,##0." + "0" * digits))


def install(app: Flask) -> None:
    """Add translations and local dates to *app*; dates given without a zone are shown as they are."""
    Babel(app, locale_selector=choose, default_timezone="UTC")
    app.jinja_env.filters["decimal"] = decimal
    app.jinja_env.filters["in_zone"] = in_zone
    app.jinja_env.filters["zone_city"] = zone_city
    app.jinja_env.filters["dateformat"] = _date
    app.jinja_env.filters["datetimeformat"] = _date_and_time
    app.jinja_env.filters["local_name"] = local_name
    app.jinja_env.filters["place"] = place
