"""Answers given without a network, in real Chromium: back in time, and back when the time is up."""

from datetime import timedelta

import pytest
from exam_site import ExamSite
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]


def test_an_answer_given_offline_is_saved_when_the_network_is_back(site: ExamSite) -> None:
    page = site.visit("teacher1")
    site.begin(page)
    page.context.set_offline(True)
    page.locator("[data-option] label").nth(1).click()
    expect(page.locator("#save-state")).to_have_attribute("data-state", "retrying")
    assert site.hall.state().answered == 0
    page.context.set_offline(False)
    expect(page.locator("#save-state")).to_have_attribute("data-state", "saved")
    assert site.hall.state().answered == 1
    assert len(site.hall.log("response_saved")) == 1


def test_time_up_while_offline_locks_the_page_and_keeps_the_answer_for_a_reviewer(site: ExamSite) -> None:
    page = site.visit("teacher1")
    site.begin(page)
    page.wait_for_load_state("networkidle")
    page.context.set_offline(True)
    page.locator("[data-option] label").nth(1).click()
    expect(page.locator("#save-state")).to_have_attribute("data-state", "retrying")
    site.skew += timedelta(hours=3)
    site.hall.delivery.expire_due()
    page.context.set_offline(False)
    page.wait_for_url("**/result", timeout=30_000)
    with site.hall.unit_of_work() as work:
        kept = work.late_answers.of_attempt(site.hall.attempt_id)
    assert [(one.position, one.verdict, one.cause) for one in kept] == [(1, "in_time", "time")]
    assert site.hall.state().answered == 0
    expect(page.locator("main .exam-message")).to_be_visible()
