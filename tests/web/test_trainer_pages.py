"""The trainer's pages work as plain forms and belong to their owner alone."""

import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_babel import Babel
from flask_wtf import CSRFProtect

from item_bank.identifiers import AREAS
from testing_center.domain.errors import NotFound
from testing_center.domain.people import Person
from testing_center.domain.permissions import Permission
from testing_center.web import access, trainer
from tests.services.test_training import Centre

ROOT = Path(__file__).resolve().parents[2]


class Browser:
    """A client that follows forms the way a browser without script does."""

    def __init__(self, client: FlaskClient) -> None:
        self._client = client

    def get(self, path: str) -> str:
        return self._client.get(path, follow_redirects=True).get_data(as_text=True)

    def post(self, path: str, page: str = "", **values: str) -> tuple[int, str, str]:
        """Return status, target and the page at the end of the redirect."""
        hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
        answer = self._client.post(path, data={**hidden, **values})
        target = answer.headers.get("Location", "")
        return answer.status_code, target, self.get(target) if target else ""


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[Centre]:
    built = Centre(tmp_path)
    yield built
    built.engine.dispose()


@pytest.fixture
def reader() -> dict[str, Person]:
    """Who is signed in; a test may change it."""
    return {}


@pytest.fixture
def browser(centre: Centre, reader: dict[str, Person], monkeypatch: pytest.MonkeyPatch) -> Browser:
    reader["person"] = centre.teacher
    for module in (access, trainer):
        monkeypatch.setattr(module, "current_person", lambda: reader["person"])
    monkeypatch.setattr(trainer, "services", lambda: SimpleNamespace(training=centre.training))
    app = Flask(__name__, template_folder=str(ROOT / "templates"), static_folder=str(ROOT / "static"))
    app.config.update(SECRET_KEY="test", TESTING=True, PROPAGATE_EXCEPTIONS=True)
    Babel(app, locale_selector=lambda: "en")
    CSRFProtect(app)
    app.context_processor(lambda: {"language": "en"})
    app.add_url_rule("/language/<code>", "public.language", build_only=True)
    app.register_blueprint(trainer.blueprint)
    return Browser(app.test_client())


def _begin(browser: Browser, area: str = "algebra") -> tuple[str, str]:
    home = browser.get("/trainer/")
    status, target, page = browser.post("/trainer/start", home, subject="math", area=area)
    assert status == 303
    return target, page


def test_a_session_from_choice_to_summary(browser: Browser) -> None:
    """Answer, read, go on, ten times; the explanation shows only after the answer."""
    path, page = _begin(browser)
    for position in range(1, 11):
        assert f"Item {position} of 10" in page
        assert "Stem of math.algebra.trainer" in page
        assert "Because" not in page
        status, _, page = browser.post(f"{path}/answer", page, response="b")
        assert status == 303
        assert "Because math.algebra.trainer" in page
        status, _, page = browser.post(f"{path}/next", page)
        assert status == 303
    assert "Session summary" in page
    assert "Items answered: 10, right: 10" in page
    assert "An estimate appears after 3 answers" in page  # in the other areas


def test_an_answer_without_a_choice_says_what_to_do(browser: Browser) -> None:
    path, page = _begin(browser)
    _, _, page = browser.post(f"{path}/answer", page)
    assert "Give an answer before you continue." in page
    assert "Because" not in page


def test_an_unfinished_session_is_offered_again(browser: Browser) -> None:
    path, page = _begin(browser)
    home = browser.get("/trainer/")
    assert f'href="{path}"' in home
    browser.post(f"{path}/stop", page)
    assert f'href="{path}"' not in browser.get("/trainer/")


def test_only_the_owner_sees_a_session(browser: Browser, centre: Centre, reader: dict[str, Person]) -> None:
    path, _ = _begin(browser)
    reader["person"] = centre.other
    with pytest.raises(NotFound):
        browser.get(path)


def test_a_post_without_the_token_is_refused(browser: Browser) -> None:
    status, _, _ = browser.post("/trainer/start", subject="math")
    assert status == 400


def test_every_view_asks_for_the_trainer_permission() -> None:
    app = Flask(__name__)
    app.register_blueprint(trainer.blueprint)
    views = [view for name, view in app.view_functions.items() if name.startswith("trainer.")]
    assert len(views) == 6
    assert all(getattr(view, "permission", None) is Permission.TRAINER_USE for view in views)


def test_every_subject_and_area_has_a_name() -> None:
    codes = {*AREAS, *(area for areas in AREAS.values() for area in areas)}
    assert codes <= set(trainer.NAMES)
