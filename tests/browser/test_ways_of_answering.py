"""The trainer's short set of every kind of task, answered by keyboard alone."""

from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Enter, accessible

KINDS = 9


def test_every_kind_is_shown_and_three_are_answered_by_keyboard(enter: Enter) -> None:
    page = enter("teacher8", "ky", width=360)
    page.goto(page.url.split("/", 3)[0] + "//" + page.url.split("/")[2] + "/trainer/")
    page.locator("form:has(input[value=answering]) button[type=submit]").press("Enter")
    told = [_answer(page, number) for number in range(1, KINDS + 1)]
    assert {kind for kind in told if kind} == set(BY_KEYBOARD)


def _answer(page: Page, number: int) -> str:
    """Answer the item by keyboard where its kind has a way below; any other is sent as it stands."""
    form = page.locator("[data-item-form]")
    expect(page.locator("h1")).to_contain_text(str(number))
    found = [kind for kind in BY_KEYBOARD if form.locator(kind).count()]
    for kind in found:
        accessible(page, f"way-{kind.strip('.')}")
        BY_KEYBOARD[kind](form)
        form.locator("button[type=submit]").press("Enter")
        expect(page.locator(".notice--success")).to_be_visible()
        accessible(page, f"way-{kind.strip('.')}-told")
        page.locator("main form button[type=submit]").first.press("Enter")
    return found[0] if found else _any_answer(page, form)


def _order(form: Locator) -> None:
    """Sort the cards by pressing the buttons that move them; focus follows the card."""
    wanted = ["8 миллиметр", "5 сантиметр", "2 метр", "1 километр"]
    for place, words in enumerate(wanted):
        cards = form.locator(".order__text")
        for at in range(cards.all_inner_texts().index(words), place, -1):
            form.locator(".order li").nth(at).locator("[data-step='-1']").press("Enter")
    assert form.locator(".order__text").all_inner_texts() == wanted
    if form.locator("[data-order-place]").inner_text() == "":
        _put_back_and_forth(form)


def _put_back_and_forth(form: Locator) -> None:
    """Cards that came in the right order count as given only once one was moved."""
    form.locator("[data-step='1']").first.press("Enter")
    form.locator(".order li").nth(1).locator("[data-step='-1']").press("Enter")


def _table(form: Locator) -> None:
    """One tab stop a row; Space takes the first column, an arrow goes on to the next."""
    for row, true in enumerate((True, False, True, False)):
        first = form.locator("tbody tr").nth(row).locator("input").first
        first.press("Space")
        if not true:
            first.press("ArrowRight")
    expect(form.locator("input:checked")).to_have_count(4)


def _number(form: Locator) -> None:
    number = form.locator(".answer-input--number")
    number.focus()
    number.page.keyboard.type("2,5")
    number.page.keyboard.press("Tab")
    number.page.keyboard.type("м")


def _any_answer(page: Page, form: Locator) -> str:
    """Fill what has to be filled, without looking at the key."""
    for one in form.locator("select").all():
        free = one.locator("option:not([disabled]):not([value=''])")
        one.select_option(free.first.get_attribute("value"))
    for one in form.locator("input.answer-input").all():
        one.fill("үч бурчтук")
    if form.locator("[data-option] > input").count():
        form.locator("[data-option] > input").first.press("Space")
    if form.locator(".pairs").count():
        for place, one in enumerate(form.locator("select").all(), 1):
            one.select_option(index=place)
    form.locator("button[type=submit]").press("Enter")
    expect(page.locator(".notice")).to_be_visible()
    page.locator("main form button[type=submit]").first.press("Enter")
    return ""


BY_KEYBOARD: dict[str, Callable[[Locator], None]] = {
    ".order": _order,
    ".match": _table,
    ".answer-input--number": _number,
}
