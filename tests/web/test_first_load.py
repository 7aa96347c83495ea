"""What the test page fetches before the first answer: its script and style, by the files it names."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
LIMIT = 60_000
"""Bytes of script and style on the first load, as they lie on the disk: nothing is counted compressed."""

NAMED = re.compile(r"filename='((?:js|css)/[^']+)'")
IMPORTED = re.compile(r"""(?:from|import|@import)\s*(?:url\()?["'](\./|\.\./)?([^"']+\.(?:js|css))["']""")


def fetched(page: str) -> dict[str, int]:
    """Return file → bytes of every script and style that the page, its frame and their imports name."""
    text = (ROOT / "templates" / page).read_text()
    frame = re.search(r'{% extends "([^"]+)" %}', text)
    assert frame, page
    waiting = NAMED.findall(text) + NAMED.findall((ROOT / "templates" / frame.group(1)).read_text())
    sizes: dict[str, int] = {}
    while waiting:
        name = waiting.pop()
        if name in sizes:
            continue
        path = ROOT / "static" / name
        sizes[name] = path.stat().st_size
        for _, found in IMPORTED.findall(path.read_text()):
            waiting.append(str((path.parent / found).relative_to(ROOT / "static")))
    return sizes


def test_first_load_of_the_test_page_is_under_60_kb_of_script_and_style() -> None:
    sizes = fetched("candidate/item.html")
    assert {"js/exam.js", "js/dialogs.js", "js/help.js", "css/exam.css", "css/base.css"} <= set(sizes)
    assert sum(sizes.values()) < LIMIT, sizes


def test_announcements_come_at_30_10_5_and_1_minutes() -> None:
    script = (ROOT / "static/js/exam.js").read_text()
    found = re.search(r"WARN_SECONDS = \[([^\]]+)\]", script)
    assert found
    assert [int(one) / 60 for one in found.group(1).split(",")] == [30, 10, 5, 1]
