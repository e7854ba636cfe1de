import sqlite3
import stat
import threading
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import select, text

from privacy.cases import CaseState
from privacy.errors import Permanent, Retryable
from storage.cases import add_cases, get_case, list_cases
from storage.database import open_database
from storage.ids import new_id
from storage.messages import keep_raw
from storage.schema import REVISIONS
from storage.settings import StorageSettings
from storage.sqlite import durable_modes, file_system_of, has_wal_reset_bug
from storage.tables import DELIVERY, PRIVACY_CASE
from storage.tasks import Task, add_tasks, list_tasks


def test_without_a_url_the_data_is_in_a_private_file_in_the_home_folder(tmp_path, make):
    home = tmp_path / "new" / "home"
    database = open_database(StorageSettings(), make.key_ring(), region="default", home=home)
    database.close()
    file = home / "rightsdesk.sqlite3"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_file_that_others_could_read_is_closed_to_them(tmp_path, make):
    file = tmp_path / "a.db"
    file.touch(mode=0o644)
    file.chmod(0o644)
    open_sqlite(file, make).close()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def open_sqlite(path, make, ring=None, *, busy_seconds=5.0):
    settings = make.settings_for(f"sqlite:///{path}", busy_seconds=busy_seconds)
    return open_database(settings, ring or make.key_ring(), region="default")


def test_it_says_how_it_keeps_the_data(database):
    lines = database.describe()
    assert lines[-1] == f"schema {REVISIONS[-1]}"
    assert lines[0].startswith(("SQLite 3.", "PostgreSQL "))


def test_sqlite_keeps_what_was_committed_with_the_modes_for_its_version(tmp_path, make):
    database = open_sqlite(tmp_path / "a.db", make)
    mode, level = durable_modes(sqlite3.sqlite_version_info)
    assert f"journal {mode}, synchronous {level}" in database.describe()
    with database.transaction() as transaction:
        for pragma, value in (("foreign_keys", 1), ("secure_delete", 1)):
            assert transaction.connection.execute(text(f"PRAGMA {pragma}")).scalar() == value
    database.close()


@pytest.mark.parametrize(
    ("version", "bug"),
    [
        ((3, 6, 23), False),
        ((3, 7, 0), True),
        ((3, 40, 1), True),
        ((3, 44, 5), True),
        ((3, 44, 6), False),
        ((3, 45, 0), True),
        ((3, 50, 6), True),
        ((3, 50, 7), False),
        ((3, 51, 0), True),
        ((3, 51, 2), True),
        ((3, 51, 3), False),
        ((3, 52, 0), False),
    ],
)
def test_the_write_ahead_log_is_used_only_where_it_is_sound(version, bug):
    assert has_wal_reset_bug(version) is bug
    assert durable_modes(version) == (("delete", "EXTRA") if bug else ("wal", "FULL"))


def test_a_version_of_sqlite_that_is_too_old_is_refused(tmp_path, make, monkeypatch):
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 36, 0))
    with pytest.raises(Permanent, match=r"3\.37"):
        open_sqlite(tmp_path / "a.db", make)


def test_a_file_of_another_program_is_left_alone(tmp_path, make):
    file = tmp_path / "theirs.db"
    connection = sqlite3.connect(file)
    connection.execute("CREATE TABLE theirs (a)")
    connection.close()
    with pytest.raises(Permanent, match="another program"):
        open_sqlite(file, make)
    no_database = tmp_path / "letter.txt"
    no_database.write_text("Dear all, " * 200)
    with pytest.raises(Permanent):
        open_sqlite(no_database, make)
    assert no_database.read_text().startswith("Dear all")


def with_letters(path, make):
    """A database file that holds more than its first page."""
    database = open_sqlite(path, make)
    with database.transaction() as transaction:
        keep_raw(transaction, [make.raw_message(b"x" * 100_000)], now=make.now)
    database.close()


def test_a_file_whose_head_is_damaged_is_said_to_be_so(tmp_path, make):
    file = tmp_path / "a.db"
    with_letters(file, make)
    file.write_bytes(b"\x00" * 512 + file.read_bytes()[512:])
    with pytest.raises(
        Permanent, match=r"^database: the file is damaged: restore a backup \(26\)$"
    ):
        open_sqlite(file, make)


def test_a_file_whose_pages_are_damaged_is_said_to_be_so(tmp_path, make):
    file = tmp_path / "a.db"
    with_letters(file, make)
    content = file.read_bytes()
    file.write_bytes(content[:4096] + b"\xff" * (len(content) - 4096))
    with pytest.raises(
        Permanent, match=r"^database: the file is damaged: restore a backup \(11\)$"
    ):
        open_sqlite(file, make)


MOUNTS = """\
/dev/root / ext4 rw 0 0
server:/data /srv/data nfs4 rw 0 0
share /srv/my\\040share cifs rw 0 0
/dev/sdb /srv/data/local ext4 rw 0 0
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/var/a.db", "ext4"),
        ("/srv/data/a.db", "nfs4"),
        ("/srv/database/a.db", "ext4"),
        ("/srv/my share/a.db", "cifs"),
        ("/srv/data/local/a.db", "ext4"),
    ],
)
def test_it_knows_on_which_file_system_a_file_lies(path, kind):
    assert file_system_of(Path(path), MOUNTS) == kind


def test_a_network_file_system_is_refused(tmp_path, make, monkeypatch):
    monkeypatch.setattr("storage.sqlite.file_system_of", lambda *_: "nfs4")
    with pytest.raises(Permanent, match="network file system"):
        open_sqlite(tmp_path / "a.db", make)


@pytest.mark.parametrize("url", ["mysql://x/y", "no url", "sqlite://", "sqlite:///:memory:"])
def test_other_databases_are_refused(make, url):
    with pytest.raises(Permanent, match=r"storage\.url"):
        open_database(make.settings_for(url), make.key_ring(), region="default")


def test_the_url_and_its_password_are_in_no_repr(make):
    assert "secret" not in repr(make.settings_for("postgresql://me:secret@host/name"))


def test_a_database_opens_only_with_its_own_keys_and_in_its_own_region(open_it, make):
    open_it(make.key_ring(1))
    with pytest.raises(Permanent, match="another"):
        open_it(make.key_ring(2))
    with pytest.raises(Permanent, match="another region"):
        open_it(make.key_ring(1), region="eu")


def test_a_ring_may_get_new_keys_and_must_not_lose_old_ones(open_it, make):
    open_it(make.key_ring(names=("k1",)))
    open_it(make.key_ring(names=("k1", "k2")))
    with pytest.raises(Permanent, match="lacks key:k2"):
        open_it(make.key_ring(names=("k1",)))


def test_a_locked_database_can_be_tried_again_and_says_nothing_of_the_statement(tmp_path, make):
    database = open_sqlite(tmp_path / "a.db", make, busy_seconds=0.05)
    other = sqlite3.connect(tmp_path / "a.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Retryable) as raised, database.transaction():
        pass
    assert str(raised.value) == "database: OperationalError (5)"
    other.execute("ROLLBACK")
    with database.transaction() as transaction:
        keep_raw(transaction, [make.raw_message()], now=make.now)
    database.close()
    other.close()


def test_a_long_reader_delays_a_writer_and_loses_nothing(tmp_path, make):
    database = open_sqlite(tmp_path / "a.db", make, busy_seconds=0.05)
    with database.transaction() as transaction:
        keep_raw(transaction, [make.raw_message(b"first")], now=make.now)
    with database.reading() as reading:
        reading.fetch(select(DELIVERY)).all()
        if "delete" in database.describe()[1]:
            with pytest.raises(Retryable), database.transaction() as transaction:
                keep_raw(transaction, [make.raw_message(b"second")], now=make.now)
    with database.transaction() as transaction:
        assert keep_raw(transaction, [make.raw_message(b"second")], now=make.now)[0].is_new
    database.close()


def test_a_second_writing_thread_waits_for_its_turn(tmp_path, make):
    database = open_sqlite(tmp_path / "a.db", make, busy_seconds=0.05)
    failures = []

    def write():
        try:
            with database.transaction():
                pass
        except Retryable as error:
            failures.append(error)

    with database.transaction():
        thread = threading.Thread(target=write)
        thread.start()
        thread.join()
    assert [str(error) for error in failures] == ["database: another thread is writing"]
    database.close()


def test_many_rows_of_which_one_is_there_already_all_stay_out_and_tell_no_values(database, make):
    cases = [make.case(mailbox="secret@autocloz.example") for _ in range(30)]
    with database.transaction() as transaction:
        add_cases(transaction, cases[20:21], now=make.now)
    fresh = [*cases[:20], make.case(number=cases[20].number), *cases[21:]]
    with pytest.raises(Retryable) as raised, database.transaction() as transaction:
        add_cases(transaction, fresh, now=make.now)
    assert "secret" not in str(raised.value)
    with database.reading() as reading:
        assert len(list_cases(reading)) == 1


def test_a_value_that_fits_no_column_is_refused_before_it_reaches_the_database(database, make):
    naive = make.now.replace(tzinfo=None)
    with pytest.raises(Permanent), database.transaction() as transaction:
        add_cases(transaction, [make.case()], now=naive)


def test_a_violated_rule_fails_for_good_and_tells_no_values(database, make):
    case = make.case(mailbox="secret@autocloz.example")
    with database.transaction() as transaction:
        add_cases(transaction, [case], now=make.now)
    with pytest.raises(Retryable) as raised, database.transaction() as transaction:
        add_cases(transaction, [case], now=make.now)
    assert "secret" not in str(raised.value)
    orphan = Task(
        task_id=new_id(),
        case_id=new_id(),
        inbound_id=None,
        kind="secret",
        reason="secret",
        due_on=None,
        urgent=False,
        created_at=make.now,
    )
    with pytest.raises(Permanent) as raised, database.transaction() as transaction:
        add_tasks(transaction, [orphan])
    assert "secret" not in str(raised.value)
    assert raised.value.__cause__ is None


def test_postgresql_that_is_out_of_reach_can_be_tried_again(make):
    settings = make.settings_for("postgresql://nobody:secret@127.0.0.1:1/none")
    with pytest.raises(Retryable) as raised:
        open_database(settings, make.key_ring(), region="default")
    assert "secret" not in str(raised.value)


def test_a_lost_connection_can_be_tried_again_and_the_next_one_works(postgres_url, make):
    database = open_database(make.settings_for(postgres_url), make.key_ring(), region="default")
    kill = text("SELECT pg_terminate_backend(pg_backend_pid())")
    with pytest.raises(Retryable), database.transaction() as transaction:
        transaction.connection.execute(kill)
    with database.transaction() as transaction:
        assert list_tasks(transaction) == []
    database.close()


def test_instants_come_back_aware_in_utc_whatever_zone_they_were_told_in(database):
    delhi = timezone(timedelta(hours=5, minutes=30))
    task = Task(
        task_id=new_id(),
        case_id=None,
        inbound_id=None,
        kind="k",
        reason="r",
        due_on=None,
        urgent=True,
        created_at=datetime(2026, 1, 1, 12, tzinfo=delhi),
    )
    with database.transaction() as transaction:
        add_tasks(transaction, [task])
    with database.reading() as reading:
        [found] = list_tasks(reading)
    assert found.created_at == datetime(2026, 1, 1, 6, 30, tzinfo=UTC)
    assert found.created_at.tzinfo is UTC


def test_a_naive_instant_is_refused(database):
    naive = select(PRIVACY_CASE).where(PRIVACY_CASE.c.created_at < datetime(2026, 1, 1))  # noqa: DTZ001
    with pytest.raises(Permanent), database.reading() as reading:
        reading.fetch(naive)


def test_words_of_a_list_come_back_as_such_and_others_are_refused(database, make):
    with database.transaction() as transaction:
        add_cases(transaction, [make.case()], now=make.now)
        assert transaction.fetch(select(PRIVACY_CASE.c.state)).scalar_one() is CaseState.OPEN
    with pytest.raises(Permanent), database.transaction() as transaction:
        transaction.connection.execute(text("UPDATE privacy_case SET state = 'unheard of'"))


def test_text_that_one_engine_refuses_is_stored_alike_on_both(database, make):
    strange = Task(
        task_id=new_id(),
        case_id=None,
        inbound_id=None,
        kind="k",
        reason="a\x00b \ud800 ü",
        due_on=None,
        urgent=False,
        created_at=make.now,
    )
    with database.transaction() as transaction:
        add_tasks(transaction, [strange])
    with database.reading() as reading:
        assert [task.reason for task in list_tasks(reading)] == ["a\ufffdb ? ü"]


def test_ten_megabytes_of_a_persons_words_come_back_whole(database, make):
    case = make.case(items=(make.item(quote="ü" * 5_000_000 + "\x00\ud800"),))
    with database.transaction() as transaction:
        add_cases(transaction, [case], now=make.now)
    with database.reading() as reading:
        assert get_case(reading, case.case_id).items[0].quote == case.items[0].quote
