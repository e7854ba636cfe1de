"""A file that was there and is gone is said, and never replaced by a new one without a word."""

import threading
from pathlib import Path

import pytest

from daemon.settings import Settings, load_settings
from daemon.wiring import load_keys, open_desk
from privacy.errors import WrongSetting


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def database_file(run, home: Path) -> Path:
    """The file of a desk that was started once."""
    assert run("cases", "list").code == 0
    return home / "rightsdesk.sqlite3"


def settings_at(home: Path, **environment: str) -> Settings:
    return load_settings(None, home=str(home), environment=environment)


def test_the_first_start_makes_database_and_keys_by_itself(run, home, database_file):
    assert database_file.exists()
    assert (home / "keys.json").exists()
    assert run("cases", "list").code == 0


@pytest.mark.parametrize("words", [["cases", "list"], ["run"], ["import", "x.eml"]])
def test_a_lost_database_is_said_and_not_begun_anew(run, database_file, words):
    database_file.unlink()
    done = run(*words)
    assert (done.code, done.out, len(done.err.splitlines())) == (2, "", 1)
    assert str(database_file) in done.err
    assert "restore a backup" in done.err
    assert "`rightsdesk db upgrade`" in done.err
    assert not database_file.exists()


def test_the_doctor_says_it_too(run, database_file):
    database_file.unlink()
    done = run("check")
    assert done.code == 1
    assert "database file" in done.out
    assert not database_file.exists()


def test_an_empty_database_is_begun_on_purpose(run, database_file):
    database_file.unlink()
    assert run("db", "upgrade").code == 0
    done = run("cases", "list")
    assert (done.code, done.err) == (0, "")


@pytest.mark.parametrize("words", [["cases", "list"], ["db", "upgrade"]])
def test_lost_keys_are_said_and_not_replaced(run, home, database_file, words):
    before = database_file.read_bytes()
    (home / "keys.json").unlink()
    done = run(*words)
    assert database_file.read_bytes() == before
    assert (done.code, done.out, len(done.err.splitlines())) == (2, "", 1)
    assert f"the key file {home / 'keys.json'} is missing" in done.err
    assert "restore it" in done.err
    assert not (home / "keys.json").exists()


def test_a_first_start_that_was_killed_before_it_had_keys_is_simply_made_again(run, home):
    home.mkdir()
    (home / "rightsdesk.sqlite3").touch(mode=0o600)
    assert run("cases", "list").code == 0


def test_a_first_start_that_was_killed_after_it_had_keys_is_simply_made_again(run, home):
    load_keys(settings_at(home))
    assert run("cases", "list").code == 0


def test_keys_for_postgresql_are_made_beside_no_file(home):
    url = "postgresql://nobody@127.0.0.1:1/none"
    load_keys(settings_at(home, RIGHTSDESK_STORAGE__URL=url))
    assert [path.name for path in home.iterdir()] == ["keys.json"]


def test_a_database_file_that_nobody_can_look_for_is_a_wrong_setting(home, tmp_path):
    (tmp_path / "file").touch()
    url = f"sqlite:///{tmp_path / 'file' / 'desk.sqlite3'}"
    with pytest.raises(WrongSetting, match=r"storage\.url: .*cannot be opened"):
        load_keys(settings_at(home, RIGHTSDESK_STORAGE__URL=url))


def test_several_programs_may_make_their_first_start_at_once(home):
    settings = settings_at(home)
    together, opened = threading.Barrier(4), []

    def start() -> None:
        together.wait()
        desk = open_desk(settings)
        opened.append(desk.keys.token_keys)
        desk.close()

    programs = [threading.Thread(target=start) for _ in range(4)]
    for program in programs:
        program.start()
    for program in programs:
        program.join()
    assert len(opened) == 4
    assert all(keys == opened[0] for keys in opened)
