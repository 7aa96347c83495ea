"""Items from files and to files from the command line."""

import hashlib
import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from item_bank.content_files import default_folder
from testing_center.cli import main

GIFT = "::q1::Сколько будет 2+2? {=4 ~5#ошибка}\n\nБез ответа {}\n\nСломан {=a\n"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["bank", *map(str, arguments)])


@pytest.fixture
def gift(tmp_path: Path) -> Path:
    path = tmp_path / "вопросы.gift"
    path.write_text(GIFT, encoding="utf-8")
    return path


def test_an_import_keeps_items_report_and_bytes(gift: Path, tmp_path: Path) -> None:
    result = run("import", gift, "--out", tmp_path / "bank", "--subject", "math", "--json")
    assert result.exit_code == 1
    report = json.loads(result.stdout)
    assert [item["name"] for item in report["items"]] == ["q1", "2"]
    assert [problem["place"] for problem in report["problems"]] == [{"line": 5}]
    (folder,) = (tmp_path / "bank").iterdir()
    assert folder.name == hashlib.sha256(GIFT.encode()).hexdigest()[:16]
    assert (folder / "source").read_bytes() == GIFT.encode()
    assert json.loads((folder / "report.json").read_text(encoding="utf-8")) == report
    again = run("import", gift, "--out", tmp_path / "bank")
    assert (again.exit_code, again.stderr.count("\n")) == (2, 1)


def test_a_dry_run_writes_nothing(gift: Path, tmp_path: Path) -> None:
    result = run("import", gift, "--dry-run", "--out", tmp_path / "bank")
    assert "Problem: line 5" in result.stdout
    assert "Not carried: " in result.stdout
    assert not (tmp_path / "bank").exists()


def test_the_own_items_go_to_a_workbook_and_back(tmp_path: Path) -> None:
    book = tmp_path / "items.xlsx"
    written = json.loads(run("export", book, "--subject", "math", "--pool", "trainer", "--json").stdout)
    assert written["written"]
    assert not written["losses"]
    checked = run("check", book)
    assert checked.exit_code == 0
    assert f"{len(written['written'])} items read as xlsx, 0 of them incomplete" in checked.stdout
    other = run("export", tmp_path / "items.gift", "--source", book, "--json")
    assert other.exit_code == 0
    assert json.loads(other.stdout)["losses"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("import", "nowhere.gift", "--dry-run"),
        ("import", __file__, "--dry-run"),
        ("import", __file__),
        ("import", __file__, "--dry-run", "--format", "riddle"),
        ("export", "items.riddle"),
    ],
)
def test_refusals_are_one_line(arguments: tuple[str, ...]) -> None:
    result = run(*arguments)
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (2, "", 1)


def test_a_folder_whose_pools_share_an_item_has_a_problem(tmp_path: Path) -> None:
    own = default_folder() / "math" / "items-trainer.toml"
    trainer = own.read_text(encoding="utf-8")
    first = trainer.index("[[item]]")
    second = trainer.index("[[item]]", first + 1)
    alone = trainer[:second]
    (tmp_path / "trainer.toml").write_text(alone, encoding="utf-8")
    assert run("check", tmp_path).exit_code == 0
    key = re.search(r'key = "([^"]+)"', alone)
    assert key is not None
    copied = alone.replace('pool = "trainer"', 'pool = "exam"').replace(key[1], "math.numbers.h999")
    (tmp_path / "exam.toml").write_text(copied, encoding="utf-8")
    result = run("check", tmp_path, "--json")
    assert result.exit_code == 1
    (found,) = json.loads(result.stdout)["overlaps"]
    assert (found["kind"], found["exam"], found["trainer"]) == ("near_item", "math.numbers.h999", key[1])
