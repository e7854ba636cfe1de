"""`rightsdesk keys`: what an operator types, and what is in the key file afterwards."""

import json

import pytest

from daemon import key_changes
from daemon.key_changes import add_sealing_key, use_added_key
from daemon.keys import load_keys, load_or_make_keys
from daemon.settings import load_settings
from daemon.wiring import open_desk
from privacy.errors import WrongSetting
from storage.messages import list_messages, raw_of

ANNE = b"From: anne@person.example\r\nTo: privacy@autocloz.example\r\nSubject: data\r\n\r\nDelete my data.\r\n"


@pytest.fixture
def path(run, tmp_path):
    """Give the key file of a desk that has taken in a mail."""
    (tmp_path / "one.eml").write_bytes(ANNE)
    run("import", "one.eml")
    return tmp_path / "home" / "keys.json"


def content(path):
    return json.loads(path.read_text())


def test_check_opens_every_key_and_says_which_wraps_how_many(run, path):
    (row,) = run("keys", "check", "--json").rows
    assert (row["file"], row["mode"], row["current"]) == (str(path), "600", "k1")
    assert row["wraps"]["k1"] == 1
    assert row["cannot_be_opened"] == []
    done = run("keys", "check")
    assert (done.code, "0 do not" in done.out) == (0, True)


def test_rotate_adds_a_key_keeps_the_old_one_and_wraps_all_by_it(run, path, tmp_path):
    before = content(path)
    running = open_desk(load_settings(None, home=tmp_path / "home"))
    done = run("keys", "rotate")
    assert (done.code, "k2 seals" in done.out) == (0, True)
    after = content(path)
    assert after["sealing"]["k1"] == before["sealing"]["k1"]
    assert (after["current_sealing"], after["lookup"]) == ("k2", before["lookup"])
    assert path.stat().st_mode & 0o777 == 0o600
    assert sorted(path.parent.glob("*keys.json*")) == [path]
    (row,) = run("keys", "check", "--json").rows
    assert (row["current"], row["wraps"]["k1"], row["wraps"]["k2"]) == ("k2", 0, 1)
    with running.database.reading() as reading:  # it was opened before the change
        (message,) = list_messages(reading, outcomes=None, limit=10)
        assert raw_of(reading, message.inbound_id) == ANNE
    running.close()


def test_a_key_that_was_only_added_is_the_one_that_rotate_takes(run, path):
    assert "added k2" in run("keys", "rotate", "--only-add").out
    assert "added k2" in run("keys", "rotate", "--only-add").out
    assert content(path)["current_sealing"] == "k1"
    assert run("keys", "check").code == 0
    assert "k2 seals" in run("keys", "rotate").out
    assert list(content(path)["sealing"]) == ["k1", "k2"]


def test_a_rotation_that_ended_after_the_file_was_written_goes_on_with_the_same_key(run, path):
    add_sealing_key(path)
    use_added_key(path)
    assert "k2 seals" in run("keys", "rotate").out
    assert list(content(path)["sealing"]) == ["k1", "k2"]
    assert "k3 seals" in run("keys", "rotate").out


def test_a_crash_while_the_file_is_written_leaves_the_old_one(tmp_path, monkeypatch):
    path = tmp_path / "keys.json"
    load_or_make_keys(path)
    before = path.read_text()

    def full(*_words):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(key_changes, "write_beside", full)
    with pytest.raises(WrongSetting, match="cannot be changed"):
        add_sealing_key(path)
    assert path.read_text() == before
    assert load_keys(path).ring.names == {"k1"}


def test_the_wrong_key_is_refused_in_one_line(run, path):
    wrong = content(path)
    wrong["sealing"]["k1"] = wrong["lookup"]
    path.write_text(json.dumps(wrong))
    for words in (("keys", "check"), ("keys", "rotate")):
        done = run(*words)
        assert (done.code, done.err.count("\n")) == (1, 1)
        assert "another key:k1" in done.err
