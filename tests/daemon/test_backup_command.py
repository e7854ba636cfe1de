"""`rightsdesk db backup` and `restore`: what comes back, and what must not."""

import json
import shutil

import pytest

from casework.auditing import write_down_ends
from casework.outliving import copy_out
from daemon.clock import utc_now
from daemon.commands.run_command import _put_right
from daemon.ledger_file import LedgerFile, ledger_of
from daemon.settings import load_settings
from daemon.wiring import open_desk
from privacy.errors import WrongSetting
from privacy.outliving import Erased, Signed
from storage.cases import list_cases
from storage.datakeys import erase_keys
from storage.ids import new_id

ACTOR = ("--actor", "sam@autocloz.example")
MAIL = b"""From: Anne <anne@person.example>
To: privacy@autocloz.example
Subject: my data
Message-ID: <%d@person.example>

Please delete all data that you hold about me.
"""


@pytest.fixture
def home(tmp_path):
    return tmp_path / "home"


@pytest.fixture
def opened(home):
    """Give a function that opens the desk as a program does; all are closed at the end."""
    desks = []

    def opener():
        desks.append(open_desk(load_settings(None, home=home)))
        return desks[-1]

    yield opener
    for desk in desks:
        desk.close()


def ask(run, number=1):
    now = utc_now().isoformat()
    done = run("import", "-", "--json", "--received-at", now, stdin=MAIL % number)
    return done.rows[0]["case"]


def lose_database(home):
    for path in home.glob("rightsdesk.sqlite3*"):
        path.unlink()


def test_a_copy_is_put_back_with_its_cases(run, home, tmp_path):
    reference = ask(run)
    done = run("db", "backup", "copy.db")
    assert done.code == 0
    assert (tmp_path / "copy.db").stat().st_mode & 0o777 == 0o600
    lose_database(home)
    done = run("db", "restore", "copy.db")
    assert done.code == 0
    assert "2 letters wait for a person" in done.out
    assert run("cases", "show", reference, "--json").code == 0
    assert run("audit", "verify").code == 0


def test_no_letter_of_the_copy_leaves_again_by_itself(run, home):
    ask(run)
    run("db", "backup", "copy.db")
    lose_database(home)
    run("db", "restore", "copy.db")
    letters = run("outbox", "list", "--json").rows
    assert {(one["state"], one["reason"]) for one in letters} == {("failed", "restored")}
    tasks = [row for row in run("tasks", "list", "--json").rows if row["kind"] == "letter_failed"]
    assert [(one["reason"], one["urgent"]) for one in tasks] == [("restored", True)]


def test_nobody_who_was_erased_after_the_copy_comes_back(run, home, opened):
    ask(run)
    run("db", "backup", "copy.db")
    desk = opened()
    with desk.database.reading() as reading:
        (case,) = list_cases(reading)
    with desk.database.transaction() as transaction:
        erase_keys(transaction, [case.case_id])
    copy_out(desk.database, ledger_of(desk.settings).add, 0, utc_now())
    desk.close()
    lose_database(home)
    done = run("db", "restore", "copy.db")
    assert "1 owners erased again" in done.out
    with opened().database.reading() as reading:
        assert [one.requester for one in list_cases(reading)] == ["(erased)"]


def test_a_copy_that_came_back_by_another_way_is_noticed_at_the_start(run, home, opened, capsys):
    ask(run)
    first = opened()
    write_down_ends(first.database, utc_now())
    first.close()
    shutil.copyfile(home / "rightsdesk.sqlite3", home / "old")
    ask(run, 2)
    desk = opened()
    write_down_ends(desk.database, utc_now())
    copy_out(desk.database, ledger_of(desk.settings).add, 0, utc_now())
    _put_right(desk)
    assert capsys.readouterr().err == ""  # nothing was put back yet
    desk.close()
    lose_database(home)
    shutil.copyfile(home / "old", home / "rightsdesk.sqlite3")
    (home / "rightsdesk.sqlite3").chmod(0o600)
    desk = opened()
    _put_right(desk)
    assert "2 letters wait for a person" in capsys.readouterr().err
    _put_right(desk)  # once is enough
    assert capsys.readouterr().err == ""
    assert run("audit", "verify").code == 0


def test_segments_cut_off_are_missed_by_the_list_beside_the_keys(run, opened):
    ask(run)
    desk = opened()
    ledger_of(desk.settings).add([Signed(number=1, hash="ab" * 32)])
    done = run("audit", "verify")
    assert done.code == 1
    assert f"unknown_anchor in {'ab' * 32}" in done.out


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda _home, _copy: None, "there is a database already"),
        (lambda home, _copy: ((home / "keys.json").unlink(), lose_database(home)), "keys.json is missing"),
        (lambda home, copy: (lose_database(home), copy.write_bytes(b"no")), "no backup"),
        (lambda home, copy: (lose_database(home), copy.unlink()), "cannot be read"),
        (lambda home, copy: (lose_database(home), copy.write_bytes(copy.read_bytes()[:8192])), "cannot be put back"),
    ],
    ids=["there", "keys", "other", "gone", "half"],
)  # fmt: skip
def test_what_cannot_be_put_back_is_said_in_one_line_and_leaves_things_as_they_are(
    run, home, tmp_path, spoil, told
):
    ask(run)
    run("db", "backup", "copy.db")
    spoil(home, tmp_path / "copy.db")
    before = sorted(path.name for path in home.iterdir())
    done = run("db", "restore", "copy.db")
    assert done.code in {1, 2, 3}
    assert told in done.err
    assert done.err.count("\n") == 1
    assert sorted(path.name for path in home.iterdir()) == before


def test_a_copy_writes_over_nothing(run, tmp_path):
    ask(run)
    (tmp_path / "copy.db").write_text("mine")
    assert run("db", "backup", "copy.db").code == 2
    assert (tmp_path / "copy.db").read_text() == "mine"
    assert run("db", "backup", "no/where.db").code == 2


def test_the_list_goes_on_after_a_line_that_a_crash_cut_off(tmp_path):
    ledger, owner = LedgerFile(tmp_path / "outlives.jsonl"), new_id()
    ledger.add([Signed(number=1, hash="a")])
    with (tmp_path / "outlives.jsonl").open("a") as file:
        file.write('{"erased":"1234')
    ledger.add([Erased(owner=owner, at=utc_now())])
    found = ledger.read()
    assert (found.last_segment, found.erased) == (1, {owner})
    assert (tmp_path / "outlives.jsonl").stat().st_mode & 0o777 == 0o600


def test_a_list_that_is_damaged_stops_the_desk_in_one_line(run, home):
    ask(run)
    (home / "outlives.jsonl").write_text("{}\n" + json.dumps({"segment": 1, "hash": "a"}) + "\n")
    done = run("audit", "verify")
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert "line 1 cannot be read" in done.err


def test_a_list_that_cannot_be_written_is_said(tmp_path):
    with pytest.raises(WrongSetting, match="cannot be written"):
        LedgerFile(tmp_path / "no" / "where").add([Signed(number=1, hash="a")])
