"""The short way of a running test: opened by a token for this attempt alone, closed to other sites."""

from pathlib import Path
from typing import Any, cast

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from testing_center.app import create_app
from testing_center.config import Settings
from testing_center.storage import migrate
from testing_center.web import exam_tokens

ATTEMPT = "a" * 32
UID, DEVICE = "b" * 32, "c" * 32


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    folder: Path = tmp_path_factory.mktemp("tokens")
    url = f"sqlite:///{folder}/synak.sqlite3"
    migrate.upgrade(url)
    return create_app(
        Settings(
            environment="test", data_directory=folder, DATABASE_URL=url, REDIS_URL=None, secret_key="x" * 40
        )
    )  # fmt: skip


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def token(app: Flask, attempt_id: str = ATTEMPT, language: str = "ru") -> str:
    with app.app_context():
        return exam_tokens.sealed(attempt_id, UID, language, DEVICE)


def ask(client: FlaskClient, **headers: str) -> TestResponse:
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.get(f"/attempts/{ATTEMPT}/state", headers={"Accept": "application/json"} | given)


def short_ways(app: Flask) -> list[Any]:
    return [
        rule
        for rule in app.url_map.iter_rules()
        if getattr(app.view_functions[rule.endpoint], "by_exam_token", False)
    ]


def test_every_short_way_is_closed_without_a_token(app: Flask, client: FlaskClient) -> None:
    rules = short_ways(app)
    assert len(rules) >= 10
    for rule in rules:
        assert "<attempt_id>" in rule.rule
        path = rule.rule.replace("<attempt_id>", ATTEMPT)
        method = "GET" if "GET" in rule.methods else "POST"
        answer = client.open(path, method=method, json={}, headers={"Accept": "application/json"})
        assert answer.status_code == 401, path


def test_a_token_opens_its_own_attempt_and_no_other(app: Flask, client: FlaskClient) -> None:
    right = token(app)
    assert ask(client, X_Exam_Token=right).status_code == 404  # admitted; there is no such attempt
    named, _, seal = right.rpartition(".")
    forged = [
        token(app, "d" * 32),
        named.replace(UID, "e" * 32) + "." + seal,
        named.replace("ru", "ky") + "." + seal,
        right[:-1] + ("A" if right[-1] != "A" else "B"),
        seal, "", "...", "ж",
    ]  # fmt: skip
    for one in forged:
        sent = one.encode().decode("latin-1")
        assert ask(client, X_Exam_Token=sent).status_code == 401, one


def test_another_site_is_refused_even_with_a_token(app: Flask, client: FlaskClient) -> None:
    right = token(app)
    for headers in (
        {"Sec_Fetch_Site": "cross-site"}, {"Sec_Fetch_Site": "same-site"}, {"Sec_Fetch_Site": "none"},
        {"Origin": "https://evil.example"}, {"Origin": "null"},
    ):  # fmt: skip
        assert ask(client, X_Exam_Token=right, **headers).status_code == 403, headers
    for headers in ({"Sec_Fetch_Site": "same-origin"}, {"Origin": "http://localhost"}):
        assert ask(client, X_Exam_Token=right, **headers).status_code == 404, headers


def test_a_token_opens_no_page_and_starts_no_session(app: Flask, client: FlaskClient) -> None:
    headers = {"X-Exam-Token": token(app), "Accept": "application/json"}
    answer = client.get(f"/attempts/{ATTEMPT}/result", headers=headers)
    assert answer.status_code == 401
    answer = client.get(f"/attempts/{ATTEMPT}/state", headers=headers)
    assert not answer.headers.getlist("Set-Cookie")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_refusals_are_in_the_language_of_the_page(app: Flask, client: FlaskClient) -> None:
    found = {
        language: cast(Any, ask(client, X_Exam_Token=token(app, language=language)).json)["detail"]
        for language in ("ky", "ru", "en")
    }
    assert len(set(found.values())) == 3


def test_what_is_no_json_is_refused(app: Flask, client: FlaskClient) -> None:
    headers = {"X-Exam-Token": token(app), "Accept": "application/json"}
    for body in (b"", b"[]", b"{", b"\xff"):
        answer = client.post(f"/attempts/{ATTEMPT}/save", data=body, headers=headers)
        assert answer.status_code == 422, body
