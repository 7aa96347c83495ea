"""What the design system promises: contrast, weight, no inline code, accessible components."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import make_server

from tests.web.design_preview import create_preview

ROOT = Path(__file__).resolve().parents[2]
CSS = ROOT / "static" / "css"
PAGES = (
    "/?lang=ky",
    "/exam?split=1&lang=ky",
    "/exam?lang=ru",
    "/waiting?lang=ru",
    "/board?lang=ru",
    "/board?rows=1",
)
SCHEMES = {
    "light": ":root {",
    "dark": ':root[data-theme="dark"] {',
    "high light": ':root[data-contrast="high"] {',
    "high dark": ':root[data-contrast="high"][data-theme="dark"] {',
}
ALL_BACKGROUNDS = ("paper", "surface", "surface-2")
AAA = 7.0


def declarations(opening: str) -> dict[str, str]:
    text = (CSS / "tokens.css").read_text()
    start = text.index("\n" + opening) + len(opening) + 1
    return dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6})\b", text[start : text.index("}", start)]))


def colours(scheme: str) -> dict[str, str]:
    layers = ["light"] + (["dark"] if "dark" in scheme else []) + ([scheme] if "high" in scheme else [])
    if scheme == "high dark":
        layers.insert(2, "high light")
    return {name: value for layer in layers for name, value in declarations(SCHEMES[layer]).items()}


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_text_reaches_aaa_on_every_surface(scheme: str) -> None:
    palette = colours(scheme)
    pairs = [
        (text, ground) for text in ("ink", "ink-2", "action", "danger", "done") for ground in ALL_BACKGROUNDS
    ]
    pairs += [(tone, f"{tone}-tint") for tone in ("action", "danger", "attention", "done")]
    pairs += [
        ("on-action", "action"),
        ("on-danger", "danger"),
        ("ink", "action-tint"),
        ("ink", "attention-tint"),
    ]
    weak = {pair: ratio for pair in pairs if (ratio := contrast(palette[pair[0]], palette[pair[1]])) < AAA}
    assert not weak


@pytest.mark.parametrize("scheme", SCHEMES)
def test_control_borders_and_series_are_visible(scheme: str) -> None:
    palette = colours(scheme)
    marks = ["line-strong", "focus", *(f"series-{n}" for n in range(1, 7))]
    assert {m: r for m in marks if (r := contrast(palette[m], palette["surface"])) < 3} == {}


def test_system_dark_and_chosen_dark_are_the_same() -> None:
    text = (CSS / "tokens.css").read_text()
    blocks = re.findall(r':root(?::not\(\[data-theme="light"\]\)|\[data-theme="dark"\]) \{([^}]*)\}', text)
    assert len({re.sub(r"\s+", " ", block) for block in blocks}) == 1
    assert len(blocks) == 2


def test_the_test_page_is_light() -> None:
    assert sum((CSS / name).stat().st_size for name in ("tokens.css", "base.css", "exam.css")) < 30_000


SITE_TEMPLATES = sorted(
    path for path in (ROOT / "templates").rglob("*.html") if path.parent.name != "reports"
)  # a report is a file that stands alone, never a page of the site


@pytest.mark.parametrize("template", SITE_TEMPLATES, ids=lambda p: p.name)
def test_templates_carry_no_inline_code(template: Path) -> None:
    text = template.read_text()
    assert not re.search(r"\sstyle\s*=|<style|\son[a-z]+\s*=\s*[\"']|javascript:", text)
    assert not re.search(r"<script(?![^>]*(?:\bsrc=|application/json))", text)


REPORTS = sorted((ROOT / "templates" / "reports").glob("*.html"))


@pytest.mark.parametrize("template", REPORTS, ids=lambda p: p.name)
def test_a_report_carries_its_own_style_and_script_and_nothing_else(template: Path) -> None:
    text = template.read_text()
    assert re.findall(r"<style>(.*?)</style>", text, re.S) == ["{{ style }}"]
    assert re.findall(r"<script[^>]*>(.*?)</script>", text, re.S) == ["{{ script }}"]
    assert not re.search(r"\sstyle\s*=|\son[a-z]+\s*=\s*[\"']|javascript:|\ssrc=|https?://", text)


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    return create_preview().test_client()


def test_states_are_told_in_words_and_shape(client: FlaskClient) -> None:
    html = client.get("/").get_data(as_text=True)
    tags = re.findall(r'<span class="tag [^"]*">(.*?)</span>', html, re.S)
    assert len(tags) > 20
    assert all(re.fullmatch(r"<svg.*</svg>\s*\S.*", tag, re.S) for tag in tags)


def test_every_field_with_an_error_names_it(client: FlaskClient) -> None:
    html = client.get("/").get_data(as_text=True)
    assert 'aria-describedby="field-surname-hint field-surname-error" aria-invalid="true"' in html
    assert 'href="#field-exam-language"' in html
    assert re.search(r'type="radio" id="field-exam-language"', html)


def test_post_forms_carry_the_csrf_token(client: FlaskClient) -> None:
    html = client.get("/").get_data(as_text=True)
    forms = re.findall(r'<form[^>]*method="post".*?</form>', html, re.S)
    assert len(forms) == 3
    assert all('name="csrf_token"' in form for form in forms)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    server = make_server("127.0.0.1", 0, create_preview(), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = Path("/usr/bin/chromium")
        path = chromium if chromium.exists() else Path(playwright.chromium.executable_path)
        if not path.exists():
            pytest.skip("no Chromium on this computer")
        instance = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        yield instance
        instance.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 360, "height": 640}, reduced_motion="reduce")
    yield context.new_page()
    context.close()


@pytest.mark.browser
@pytest.mark.parametrize("path", PAGES)
def test_pages_have_no_accessibility_violations(page: Page, address: str, path: str) -> None:
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        page.goto(address + path)
        assert Axe().run(page).response["violations"] == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert complaints == []


@pytest.mark.browser
def test_numbers_sort_as_numbers_with_empty_cells_last(page: Page, address: str) -> None:
    page.goto(address)
    header = page.locator("#items th:nth-child(4)")
    cells = "[...document.querySelectorAll('#items tbody td:nth-child(4)')].map(e => e.dataset.value)"
    assert header.get_attribute("aria-sort") == "ascending"
    header.locator("button").press("Enter")
    assert header.get_attribute("aria-sort") == "descending"
    assert page.evaluate(cells) == ["1.9", "0.4", "-1.24", ""]
    header.locator("button").press("Enter")
    assert page.evaluate(cells) == ["-1.24", "0.4", "1.9", ""]


@pytest.mark.browser
def test_filter_hides_rows_and_says_how_many(page: Page, address: str) -> None:
    page.goto(address)
    page.fill("#items-filter", "КЛЕТКА")
    assert page.locator("#items tbody tr:visible").count() == 1
    assert page.locator("[data-table-count]").inner_text() == "Rows shown: 1 of 4"


@pytest.mark.browser
def test_display_settings_survive_a_reload_before_paint(page: Page, address: str) -> None:
    page.goto(address + "/exam")
    page.click(".exam-bar summary")
    page.check("[data-setting=text-size][value='4']", force=True)
    page.check("[data-setting=contrast][value=high]", force=True)
    page.reload(wait_until="commit")
    page.wait_for_selector("body")
    assert page.evaluate("({...document.documentElement.dataset})")["textSize"] == "4"
    page.goto(address)
    assert page.evaluate("document.documentElement.dataset.textSize") is None, (
        "the exam's settings stay in it"
    )


@pytest.mark.browser
def test_confirmation_states_the_consequence_and_can_be_left(page: Page, address: str) -> None:
    page.goto(address)
    page.click("[data-confirm-dialog] > summary")
    dialog = page.locator("dialog[open]")
    assert "артка кайтаруу мүмкүн эмес" in dialog.inner_text()
    dialog.locator("[data-dialog-close]").click()
    assert page.locator("dialog[open]").count() == 0
    assert page.locator("[data-confirm-dialog] .confirm__body").count() == 1


@pytest.mark.browser
def test_question_mark_lists_the_shortcuts_of_the_page(page: Page, address: str) -> None:
    page.goto(address + "/exam")
    page.keyboard.press("?")
    keys = page.locator("#shortcut-help[open] kbd").all_inner_texts()
    assert keys == ["L", "H", "←", "F", "→", "?", "Tab", "Esc"]
