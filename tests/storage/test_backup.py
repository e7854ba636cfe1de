"""A copy of the database in use: consistent, and put back where there is none."""

import subprocess
import threading
from itertools import count

import pytest
from pydantic import SecretStr

from privacy.audit import AuditEvent, AuditKind
from privacy.errors import Retryable, WrongSetting
from storage import backup
from storage.audit import append, events_of, verify_chain
from storage.backup import back_up, put_back
from storage.database import open_database
from storage.ids import new_id
from storage.sealing import KeyRing
from storage.settings import StorageSettings


@pytest.fixture
def settings(make, database_url):
    return make.settings_for(database_url)


@pytest.fixture
def copy(tmp_path):
    return tmp_path / "copy"


@pytest.fixture
def elsewhere(settings, tmp_path, request):
    """Settings of a second database of the same kind, in which there is nothing yet."""
    if settings.url.get_secret_value().startswith("sqlite"):
        return StorageSettings(url=SecretStr(f"sqlite:///{tmp_path / 'elsewhere.sqlite3'}"))
    postgres = request.getfixturevalue("postgres")
    return StorageSettings(url=SecretStr(postgres.create_database()))


def opened(settings):
    ring = KeyRing({"k1": b"k" * 32}, "k1", b"l" * 32)
    return open_database(settings, ring, region="default")


def happen(database, chain, now, times=1):
    for _ in range(times):
        event = AuditEvent(chain=chain, kind=AuditKind.CASE_OPENED, at=now, actor="daemon")
        with database.transaction() as transaction:
            append(transaction, [event])


def test_a_copy_made_while_others_write_is_whole(settings, elsewhere, copy, make):
    database, chain, enough = opened(settings), new_id(), threading.Event()
    happen(database, chain, make.now, 5)

    def write():
        for _ in count():
            happen(database, chain, make.now)
            if enough.is_set():
                return

    writer = threading.Thread(target=write)
    writer.start()
    try:
        back_up(settings, copy)
    finally:
        enough.set()
        writer.join()
    put_back(elsewhere, copy)
    restored = opened(elsewhere)
    with restored.reading() as reading:
        assert verify_chain(reading, chain)
        assert len(events_of(reading, chain)) >= 5
    for one in (database, restored):
        one.close()


def test_a_copy_is_for_its_owner_alone_and_leaves_nothing_beside_it(settings, copy):
    opened(settings).close()
    assert back_up(settings, copy) == copy.stat().st_size
    assert copy.stat().st_mode & 0o777 == 0o600
    assert not list(copy.parent.glob(".copy*"))


def test_what_is_no_copy_of_this_kind_is_refused(elsewhere, copy):
    copy.write_bytes(b"SQLite format 4\0" * 100)
    with pytest.raises(WrongSetting, match="no backup"):
        put_back(elsewhere, copy)


def test_a_copy_that_cannot_be_made_is_said_and_leaves_none(settings, copy):
    if settings.url.get_secret_value().startswith("sqlite"):
        broken = StorageSettings(url=SecretStr(f"sqlite:///{copy.with_name('none.sqlite3')}"))
        with pytest.raises(WrongSetting, match="there is no database yet"):
            back_up(broken, copy)
    else:
        url = settings.url.get_secret_value().rpartition("/")[0] + "/nowhere"
        with pytest.raises(Retryable, match="pg_dump failed"):
            back_up(StorageSettings(url=SecretStr(url)), copy)
    assert not copy.exists()


def test_the_password_stands_in_no_list_of_processes(monkeypatch, copy):
    seen = {}

    def run(words, *, env, **_):
        seen.update(words=words, password=env["PGPASSWORD"])
        return subprocess.CompletedProcess(words, 1, stderr=b"")

    monkeypatch.setattr(backup.subprocess, "run", run)
    url = "postgresql://rightsdesk:hunter2@127.0.0.1:1/desk"
    with pytest.raises(Retryable, match="it says nothing"):
        back_up(StorageSettings(url=SecretStr(url)), copy)
    assert seen["password"] == "hunter2"
    assert "hunter2" not in " ".join(map(str, seen["words"]))


def test_a_missing_program_is_named(monkeypatch, copy):
    monkeypatch.setattr(backup.shutil, "which", lambda _: None)
    url = "postgresql://rightsdesk@127.0.0.1:1/desk"
    with pytest.raises(WrongSetting, match="pg_dump is missing"):
        back_up(StorageSettings(url=SecretStr(url)), copy)
