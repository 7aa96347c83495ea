"""Every address names the permission it needs; strangers reach public pages only."""

import re
from pathlib import Path

import pytest
from flask import Flask

from testing_center.app import create_app
from testing_center.config import Settings
from testing_center.domain.permissions import Permission
from testing_center.storage import migrate


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    url = f"sqlite:///{tmp_path}/synak.sqlite3"
    migrate.upgrade(url)
    return create_app(
        Settings(
            environment="test", data_directory=tmp_path, DATABASE_URL=url, REDIS_URL=None, secret_key="x" * 40
        )
    )


def test_every_view_names_a_permission(app: Flask) -> None:
    views = {name: view for name, view in app.view_functions.items() if name != "static"}
    assert len(views) > 40
    assert not [name for name, view in views.items() if not isinstance(view.permission, Permission)]  # type: ignore[attr-defined]


def test_a_stranger_is_sent_to_sign_in_everywhere_but_on_public_pages(app: Flask) -> None:
    client = app.test_client()
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        if rule.endpoint == "static" or view.permission is Permission.PUBLIC:  # type: ignore[attr-defined]
            continue
        if "GET" not in (rule.methods or ()):
            continue
        path = re.sub(r"<(int:)?\w+>", lambda part: "1" if part[1] else "x", rule.rule)
        answer = client.get(path)
        assert answer.status_code == 302, path
        assert answer.location.startswith("/sign-in?next="), path
        assert client.get(path, headers={"Accept": "application/json"}).status_code == 401


def test_pages_carry_the_headers_that_close_them(app: Flask) -> None:
    answer = app.test_client().get("/sign-in")
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_post_without_a_token_is_refused_and_says_what_to_do(app: Flask) -> None:
    answer = app.test_client().post("/sign-in", data={"sign_in_name": "a", "password": "b"})
    assert answer.status_code == 400
    assert b"<h1" in answer.data


@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:1"]
)
def test_signing_in_never_leads_to_another_site(app: Flask, target: str) -> None:
    page = app.test_client().get("/sign-in", query_string={"next": target})
    assert b"evil" not in page.data.split(b"<main")[1]
