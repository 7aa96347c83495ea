"""The Flask application: settings, extensions, pages."""

import gc
from datetime import timedelta
from functools import partial

from flask import Flask, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from testing_center import bootstrap
from testing_center.asset_folders import TRANSLATIONS, asset_folder
from testing_center.config import Settings
from testing_center.services.registry import Services
from testing_center.storage.database import db, prepare_engine
from testing_center.web import (
    access,
    administrator,
    appointments,
    author,
    bookings,
    candidate,
    delivery_policies,
    desk,
    errors,
    exam_browsers,
    late_answers,
    locale,
    media,
    proctor,
    psychometrician,
    public,
    readiness,
    releases,
    reviews,
    rooms,
    rosters,
    seating,
    security_headers,
    sites,
    trainer,
)
from testing_center.web.application import Application
from testing_center.web.current import EXTENSION

SIGN_IN_LIMIT = "10 per minute; 100 per hour"
LAUNCH_LIMIT = "6 per minute; 60 per hour"
GARBAGE_THRESHOLDS = (20_000, 20, 20)
"""Requests leave few cycles behind: looking for them rarely saves a tenth of the processor."""
BLUEPRINTS = (
    public.blueprint,
    candidate.blueprint,
    proctor.blueprint,
    late_answers.blueprint,
    rooms.blueprint,
    exam_browsers.blueprint,
    trainer.blueprint,
    psychometrician.blueprint,
    administrator.blueprint,
    delivery_policies.blueprint,
    desk.blueprint,
    rosters.blueprint,
    seating.blueprint,
    sites.blueprint,
    readiness.blueprint,
    bookings.blueprint,
    appointments.blueprint,
    author.blueprint,
    media.blueprint,
    reviews.blueprint,
    releases.blueprint,
)


def create_app(settings: Settings | None = None) -> Flask:
    """Return the application for *settings* (the environment's when none are given).

    Opens no connection, so that gunicorn may load it before it forks. Raises ``SettingsError``.
    """
    settings = settings or Settings.load()
    templates, static = str(asset_folder("templates")), str(asset_folder("static"))
    app = Application("testing_center", template_folder=templates, static_folder=static)
    app.config.update(_flask_settings(settings))
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops
        )
    db.init_app(app)
    with app.app_context():
        engine = db.engine
    prepare_engine(engine)
    app.extensions[EXTENSION] = bootstrap.build_services(settings, engine)
    app.extensions[public.READINESS] = partial(bootstrap.readiness, settings, engine)
    CSRFProtect(app)
    limiter = Limiter(_caller, app=app, storage_uri=_limit_storage(settings), in_memory_fallback_enabled=True)
    locale.install(app)
    access.install(app)
    errors.install(app)
    security_headers.install(app)
    app.context_processor(public.frame)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    keyed = limiter.limit(LAUNCH_LIMIT, key_func=_attempt)(candidate.start)
    app.view_functions["candidate.start"] = keyed
    app.view_functions["public.enter"] = limiter.limit(SIGN_IN_LIMIT)(public.enter)
    return app


def serving_app() -> Flask:
    """Return the application for a server that forks: with the content of running tests in memory.

    What is loaded here once is shared by all workers, and is kept out of their search for garbage.
    """
    app = create_app()
    services: Services = app.extensions[EXTENSION]
    try:
        services.library.preload()
    except Exception:
        # The site opens without; each worker loads what it is asked for.
        app.logger.exception("released content could not be loaded beforehand")
    with app.app_context():
        db.engine.dispose()
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GARBAGE_THRESHOLDS)
    return app


def _caller() -> str:
    """Limit by address and name together: a whole school signs in from one address."""
    return f"{get_remote_address()}:{request.form.get('sign_in_name', '').strip().lower()[:100]}"


def _attempt() -> str:
    """Limit the guessing of codes by attempt: a whole room starts from one address."""
    return f"launch:{(request.view_args or {}).get('attempt_id', '')}"


def _limit_storage(settings: Settings) -> str:
    """Return the live store as the limiter writes its address: unix sockets have a scheme of their own."""
    url = settings.redis_url or "memory://"
    return f"redis+{url}" if url.startswith("unix://") else url


def _flask_settings(settings: Settings) -> dict[str, object]:
    return {
        "SECRET_KEY": settings.secret_key.get_secret_value(),
        "SQLALCHEMY_DATABASE_URI": settings.database_url,
        "MAX_CONTENT_LENGTH": settings.upload_bytes,
        "PERMANENT_SESSION_LIFETIME": timedelta(hours=settings.session_hours),
        "SESSION_COOKIE_NAME": settings.session_cookie_name,
        "SESSION_COOKIE_SAMESITE": settings.session_cookie_samesite,
        "SESSION_COOKIE_SECURE": settings.session_cookie_secure,
        "SESSION_COOKIE_HTTPONLY": True,
        "SEND_FILE_MAX_AGE_DEFAULT": 3600,
        "WTF_CSRF_TIME_LIMIT": None,  # a token lives as long as its session: tests are long
        "WTF_CSRF_SSL_STRICT": False,  # behind a proxy the referrer's scheme is not ours to judge
        "DEFAULT_LANGUAGE": settings.default_language,
        "BABEL_TRANSLATION_DIRECTORIES": str(TRANSLATIONS),
        "RATELIMIT_HEADERS_ENABLED": False,
        "DEMONSTRATION": settings.demonstration,
        "PUBLIC_URL": settings.public_url,
    }
