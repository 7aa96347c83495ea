import threading
from pathlib import Path

from sqlalchemy import Engine, create_engine

from testing_center.storage.write_turn import FileTurn, NoTurn, write_turn


def test_a_second_writer_waits_until_the_first_has_given_back(tmp_path: Path) -> None:
    first, second = FileTurn(tmp_path / "turn"), FileTurn(tmp_path / "turn")
    first.take()
    taken = threading.Event()

    def take() -> None:
        second.take()
        taken.set()

    thread = threading.Thread(target=take)
    thread.start()
    assert not taken.wait(0.05)
    first.give_back()
    first.give_back()
    assert taken.wait(10)
    thread.join()
    second.give_back()


def test_only_databases_in_a_file_need_turns(engine: Engine) -> None:
    expected = FileTurn if engine.dialect.name == "sqlite" else NoTurn
    assert isinstance(write_turn(engine), expected)
    assert isinstance(write_turn(create_engine("sqlite://")), NoTurn)
