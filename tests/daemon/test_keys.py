"""The key file is made once, is its owner's alone, and is never guessed at."""

import json
import os
import threading
from pathlib import Path

import pytest

from daemon.keys import load_keys, load_or_make_keys
from privacy.errors import Permanent


def test_it_is_made_once_and_read_by_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "home" / "keys.json"
    made = load_or_make_keys(path)
    again = load_or_make_keys(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert again.token_keys == made.token_keys
    assert again.ring.lookup_key("address", "a@b.example") == made.ring.lookup_key(
        "address", "a@b.example"
    )
    assert list(path.parent.iterdir()) == [path]


def test_no_secret_is_in_its_repr(tmp_path: Path) -> None:
    keys = load_or_make_keys(tmp_path / "keys.json")
    stored = json.loads((tmp_path / "keys.json").read_text())
    assert stored["lookup"] not in repr(keys)
    assert "secret" not in repr(keys)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_it_is_refused_when_others_can_read_it(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "keys.json"
    load_or_make_keys(path)
    path.chmod(mode)
    with pytest.raises(Permanent, match="chmod 600"):
        load_keys(path)


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"sealing": {"k1": "dG9vc2hvcnQ="}}', "\x00"])
def test_a_damaged_file_is_named_and_never_replaced(tmp_path: Path, content: str) -> None:
    path = tmp_path / "keys.json"
    path.write_text(content)
    path.chmod(0o600)
    with pytest.raises(Permanent, match="damaged"):
        load_or_make_keys(path)
    assert path.read_text() == content


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(Permanent, match="missing"):
        load_keys(tmp_path / "keys.json")


def test_a_folder_that_cannot_hold_it_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Permanent, match="cannot be made"):
        load_or_make_keys(tmp_path / "file" / "keys.json")


def test_what_a_crash_left_behind_does_not_keep_it_from_being_made(tmp_path: Path) -> None:
    (tmp_path / f".keys.json.{os.getpid()}").write_text("half")
    assert load_or_make_keys(tmp_path / "keys.json").token_keys


def test_two_programs_that_start_at_once_have_the_same_keys(tmp_path: Path) -> None:
    start, made = threading.Barrier(8), []

    def begin() -> None:
        start.wait()
        made.append(load_or_make_keys(tmp_path / "home" / "keys.json").token_keys)

    programs = [threading.Thread(target=begin) for _ in range(8)]
    for program in programs:
        program.start()
    for program in programs:
        program.join()
    assert len(made) == 8
    assert all(keys == made[0] for keys in made)
    assert [path.name for path in (tmp_path / "home").iterdir()] == ["keys.json"]
