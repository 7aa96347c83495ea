"""Safe Exam Browser: keys with known answers, the file, the proof of an address, the policy."""

import hashlib
from datetime import UTC, datetime

import pytest
from exam_hall import ExamHall

from testing_center.documents.seb_file import read_seb_file, seb_file
from testing_center.domain.errors import InvalidInput, ProofRequired
from testing_center.domain.safe_exam_browser import (
    Proof,
    config_key,
    exam_settings,
    outcome,
    read_browser_keys,
    request_hash,
    seb_json,
)
from testing_center.services.exam_browser import ExamBrowser

PUBLIC = "https://exam.example.kg"
EXAMPLE = {
    "aaaaaa": datetime(1940, 10, 9, 22, 13, 56, tzinfo=UTC),
    "originatorVersion": "SEB_Win_2.1.1",
    "startURL": "https://safeexambrowser.org/start",
    "startResource": "",
    "sebServerURL": "",
    "hashedAdminPassword": "",
    "allowQuit": True,
    "ignoreExitKeys": True,
    "allowUserAppFolderInstall": False,
    "allowSiri": False,
    "allowDictation": False,
    "detectStoppedProcess": True,
    "allowDisplayMirroring": False,
    "allowedDisplaysMaxNumber": 1,
    "allowedDisplayBuiltin": True,
}
EXAMPLE_KEY = "f75decc72c75aa76007b19d0ce485f447f04f48a9f1c83db0558dead68aa5cab"
"""The Config Key that other implementations publish for these settings."""


def test_the_config_key_is_the_published_one() -> None:
    assert config_key(EXAMPLE) == EXAMPLE_KEY
    without = {key: value for key, value in EXAMPLE.items() if key != "originatorVersion"}
    assert config_key(dict(reversed(without.items()))) == EXAMPLE_KEY


def test_the_canonical_form_sorts_without_case_drops_empty_dictionaries_and_escapes_nothing() -> None:
    settings = {"b": [{"Z": 0.1, "a": b"\x00\xff"}], "A": {}, "c": 'ң\\/', "B2": [], "a1": False, "d": 3}
    assert seb_json(settings) == '{"a1":false,"b":[{"a":"AP8=","Z":0.1}],"B2":[],"c":"ң\\/","d":3}'


def test_the_file_brings_back_the_settings_and_their_key() -> None:
    settings = exam_settings(PUBLIC, "/", "/exam-browser/quit")
    assert config_key(read_seb_file(seb_file(settings))) == config_key(settings)
    assert seb_file(settings) == seb_file(settings)
    with pytest.raises(ValueError, match="unencrypted"):
        read_seb_file(b"pswd and something")


def test_a_request_is_proved_by_the_hash_of_its_address_and_the_key() -> None:
    key = config_key(EXAMPLE)
    address = f"{PUBLIC}/attempts/a/?x=%D2%A3"
    expected = hashlib.sha256((address + key).encode()).hexdigest()
    assert request_hash(f"{address}#part", key) == expected
    assert outcome(Proof(expected.upper()), address, key, ()) == "proved"
    assert outcome(Proof(), address, key, ()) == "missing"
    assert outcome(Proof(expected), f"{PUBLIC}/attempts/b/", key, ()) == "failed"
    browser = "b" * 64
    assert outcome(Proof(expected), address, key, (browser,)) == "missing"
    assert outcome(Proof(expected, request_hash(address, browser)), address, key, ("c" * 64, browser)) == (
        "proved"
    )
    assert outcome(Proof(expected, request_hash(address, "d" * 64)), address, key, (browser,)) == "failed"


def test_browser_keys_are_read_one_a_line() -> None:
    assert read_browser_keys(f" {'A' * 64}\n\n{'b' * 64}\n{'a' * 64}") == ("a" * 64, "b" * 64)
    with pytest.raises(InvalidInput):
        read_browser_keys("not a key")


def test_what_was_proved_is_recorded_when_it_changes_and_a_block_holds(hall: ExamHall) -> None:
    hall.seat()
    browser = ExamBrowser(hall.unit_of_work, hall.delivery, PUBLIC)
    administration = hall.sitting.administration
    with hall.unit_of_work(write=True) as work:
        work.administrations.set_policy(administration.id, {"safe_exam_browser": {"policy": "block"}})
        work.commit()
    address = f"{PUBLIC}/attempts/{hall.attempt_id}/"
    good = Proof(request_hash(address, browser.key(administration)))
    with pytest.raises(ProofRequired):
        browser.require(browser.note(hall.state(), Proof(), (address,), "headers"))
    for _ in range(2):
        state = browser.note(hall.state(), good, ("http://10.0.0.1/x", address), "headers")
    browser.require(state)
    assert [row.recorded().event.outcome for row in hall.log("proof_noted")] == ["missing", "proved"]  # type: ignore[attr-defined]
    # Another browser without headers takes the proof away, unless the script interface gave it.
    assert browser.note(hall.state(), Proof(), (address,), "headers").proof == "missing"
    browser.note(hall.state(), good, (address,), "script")
    assert browser.note(hall.state(), Proof(), (address,), "headers").proof == "proved"
    assert browser.note(hall.state(), Proof("0" * 64), (address,), "headers").proof == "failed"
