"""From an author's edit to a release that tests and the trainer use: three people, one item."""

import re

import pytest
from playwright.sync_api import FrameLocator, Page, expect
from sqlalchemy import create_engine

from testing_center.services.release_library import ReleaseLibrary
from testing_center.storage.unit_of_work import SqlUnitOfWorkFactory
from tests.browser.conftest import Enter, Site, accessible

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

SECRET = "WALKTHROUGH-EXPLANATION"


def step(page: Page, name: str) -> None:
    """Press the button of a review step and wait for its message."""
    own, hidden = f"button[name=step][value={name}]", f"form:has(input[name=step][value={name}]) button"
    page.locator(f"{own}, {hidden}").first.click()
    expect(page.locator(".notice--success")).to_be_visible()


def write(page: Page, name: str, text: str) -> None:
    """Type into a field, showing its language first if it is not shown."""
    field = page.locator(f"[name='{name}']")
    if not field.is_visible():
        page.click(f"[data-show-language={name[:2]}]")
    field.fill(text)


def preview(page: Page) -> FrameLocator:
    expect(page.frame_locator("iframe").locator("[data-options] input").first).to_be_attached()
    return page.frame_locator("iframe")


@pytest.mark.parametrize(("language", "width", "subject"), [("ky", 360, "math"), ("ru", 1440, "informatics")])
def test_an_edit_becomes_a_release(site: Site, enter: Enter, language: str, width: int, subject: str) -> None:
    shot = f"{language}-{width}"
    author = enter("author", language, width)
    assert author.url == f"{site.url}/bank/"
    accessible(author, f"bank-{shot}")
    # Single items of a family: the trainer keeps items that share a stimulus out.
    asked = f"subject={subject}&pool=trainer&calibrated=yes&search=.n0&sort=difficulty"
    author.goto(f"{site.url}/bank/?{asked}")
    expect(author.locator("#items tbody tr").first).to_be_visible()
    accessible(author, f"bank-filtered-{shot}")
    author.locator("#items tbody a").first.click()
    key = author.locator("h1").inner_text()
    accessible(author, f"bank-item-{shot}")

    author.goto(f"{site.url}/bank/items/{key}/edit")
    accessible(author, f"bank-edit-{shot}")
    explanation = author.input_value("[name='ru.explanation']")
    option = author.input_value("[name='en.option.b']")
    write(author, "ru.explanation", f"{explanation} {SECRET}")
    write(author, "en.option.b", "")
    author.click("button[value=save]")
    expect(author.locator(".error-summary")).to_be_visible()
    assert author.input_value("[name='ru.explanation']").endswith(SECRET)
    accessible(author, f"bank-edit-refused-{shot}")
    author.goto(f"{site.url}/bank/items/{key}/edit")
    assert author.input_value("[name='ru.explanation']").endswith(SECRET)
    write(author, "en.option.b", option)
    author.click("button[value=check]:visible >> nth=-1")
    expect(author.locator("#check")).to_be_visible()
    accessible(author, f"bank-check-{shot}")
    author.fill("[name=note]", "Разбор дополнен")
    author.click("button[value=save]")
    expect(author.locator(".notice--success")).to_be_visible()

    for wide in ("phone", "desktop"):
        author.goto(f"{site.url}/bank/items/{key}/versions/2/preview?language=ru&width={wide}")
        shown = preview(author)
        assert SECRET not in shown.locator("body").inner_text()
        accessible(author, f"bank-preview-{wide}-{shot}")
    author.goto(f"{site.url}/bank/items/{key}")
    step(author, "submit")

    reviewer = enter("reviewer", language, width)
    assert reviewer.url == f"{site.url}/reviews/"
    accessible(reviewer, f"bank-queue-{shot}")
    reviewer.locator("#queue tbody a").filter(has_text=key).click()
    accessible(reviewer, f"bank-review-{shot}")
    reviewer.click("button[value=reject]")
    expect(reviewer.locator(".notice--error")).to_be_visible()
    step(reviewer, "approve_content")
    step(reviewer, "verify_key")
    expect(reviewer.locator(".approvals li[data-state=passed]")).to_have_count(2)
    expect(reviewer.locator("button[value=approve_content], button[value=verify_key]")).to_have_count(0)

    publisher = enter("administrator", language, width)
    publisher.goto(f"{site.url}/releases/")
    expect(publisher.locator("#approved")).to_contain_text(key)
    accessible(publisher, f"bank-release-plan-{shot}")
    publisher.fill("[name=note]", "Дополненный разбор")
    publisher.click("button[value=publish]")
    publisher.locator("#confirmation [data-confirmation-yes]").click()
    publisher.wait_for_url(re.compile(r"/releases/\d+$"))
    expect(publisher.locator("main")).to_contain_text(key)
    accessible(publisher, f"bank-release-{shot}")

    engine = create_engine(f"sqlite:///{site.data / 'synak.sqlite3'}")
    released = ReleaseLibrary(SqlUnitOfWorkFactory(engine)).latest()
    engine.dispose()
    assert publisher.url.endswith(f"/{released.number}")
    served = {item.item_key: item for item in released.pool(subject, "trainer").items}
    assert served[key].version == 2
    assert served[key].content["texts"]["ru"]["explanation"].endswith(SECRET)
    teacher = enter("teacher8", language, width)
    teacher.goto(f"{site.url}/trainer/")
    teacher.locator(f"form:has(input[name=subject][value={subject}]) button[type=submit]").first.click()
    expect(teacher.locator(".options label").first).to_be_visible()


def test_two_authors_at_one_item_lose_nothing(site: Site, enter: Enter) -> None:
    first, second = enter("author", "ru", 1440), enter("author", "ru", 1440)
    address = f"{site.url}/bank/items/pedagogy.assessment.h001/edit"
    for page in (first, second):
        page.goto(address)
        page.fill("[name=note]", "Правка")
    write(first, "ru.explanation", "Разбор первого автора.")
    write(second, "ru.stem", "Вопрос второго автора?")
    first.click("button[value=save]")
    expect(first.locator(".notice--success")).to_be_visible()
    second.click("button[value=save]")
    expect(second.locator(".notice--warning ins").first).to_contain_text("Разбор первого автора")
    assert second.input_value("[name='ru.stem']") == "Вопрос второго автора?"
    accessible(second, "bank-conflict-ru-1440")
    second.click("button[value=save]")
    expect(second.locator(".notice--success")).to_be_visible()
    expect(second.locator("details.version")).to_have_count(3)


def test_nobody_else_comes_near_the_bank(site: Site, enter: Enter) -> None:
    candidate = enter("teacher2", "ru", 1440)
    item = "math.algebra.h001"
    for path in ("/bank/", f"/bank/items/{item}", f"/bank/items/{item}/versions/1/candidate", "/releases/"):
        answer = candidate.goto(site.url + path)
        assert answer is not None
        assert answer.status == 403, path
