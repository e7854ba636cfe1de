"""Data keys are wrapped by a new key while everything runs: nobody who was erased comes back, and nobody counts as erased."""

import pytest
from pydantic import SecretStr
from sqlalchemy import select, update

from casework.rewrapping import is_unfinished, rewrap_all
from casework_values import BOTH_ENGINES, REGION, TestDesk, mail
from privacy.errors import Permanent
from storage import key_rotation
from storage.database import open_database
from storage.datakeys import erase_keys
from storage.failures import CannotUnseal, KeyMissing
from storage.key_rotation import open_every_key
from storage.messages import raw_of
from storage.sealing import KeyRing
from storage.settings import StorageSettings
from storage.tables import DATA_KEY

OLD, NEW, LOOKUP = b"k" * 32, b"n" * 32, b"l" * 32


def ring(*names, **more):
    keys = {"k1": OLD, "k2": NEW}
    return KeyRing({name: keys[name] for name in names}, names[-1], LOOKUP, **more)


@pytest.fixture
def opened(database_url):
    """Give a function that opens the test's database with a ring, as another process would."""
    databases = []

    def opener(keys):
        settings = StorageSettings(url=SecretStr(database_url))
        databases.append(open_database(settings, keys, region=REGION))
        return databases[-1]

    yield opener
    for database in databases:
        database.close()


def names(database):
    with database.reading() as reading:
        return set(reading.fetch(select(DATA_KEY.c.ring_key)).scalars())


def read_raw(database, message):
    with database.reading() as reading:
        return raw_of(reading, message.inbound_id)


@BOTH_ENGINES
def test_every_key_is_wrapped_anew_and_everything_still_opens(desk, opened):
    raw = mail()
    message = desk.receive_one(raw)
    newer = opened(ring("k1", "k2"))
    assert is_unfinished(newer)
    done = rewrap_all(newer)
    assert (done.count > 1, done.damaged) == (True, ())
    assert names(newer) == {"k2"}
    assert not is_unfinished(newer)
    assert read_raw(newer, message) == raw
    assert rewrap_all(newer).count == 0


@BOTH_ENGINES
def test_a_daemon_with_the_old_ring_takes_the_new_key_from_where_it_is_kept(opened):
    running = TestDesk(opened(ring("k1", reread=lambda: ring("k1", "k2"))))
    raw = mail()
    message = running.receive_one(raw)
    rewrap_all(opened(ring("k1", "k2")))
    assert read_raw(running.database, message) == raw
    running.receive_one(mail(number=2))
    assert names(running.database) == {"k2"}


@BOTH_ENGINES
def test_a_daemon_that_cannot_get_the_new_key_says_so_and_takes_nobody_for_erased(opened):
    running = TestDesk(opened(ring("k1", reread=lambda: ring("k1"))))
    message = running.receive_one(mail())
    newer = opened(ring("k1", "k2"))
    rewrap_all(newer)
    with pytest.raises(KeyMissing, match="k2"):
        read_raw(running.database, message)
    assert read_raw(newer, message) == mail()


@BOTH_ENGINES
def test_who_is_erased_while_keys_are_wrapped_anew_does_not_come_back(desk, opened, monkeypatch):
    monkeypatch.setattr(key_rotation, "BATCH", 1)
    messages = desk.receive(*(mail(number=n) for n in range(3)))
    gone = messages[1].inbound_id
    newer = opened(ring("k1", "k2"))
    with newer.transaction() as transaction:
        key_rotation.wrap_anew(transaction, key_rotation.FIRST)
    with desk.database.transaction() as transaction:
        erase_keys(transaction, [gone])
    rewrap_all(newer)
    with pytest.raises(CannotUnseal):
        read_raw(newer, messages[1])
    with newer.reading() as reading:
        assert gone not in set(reading.fetch(select(DATA_KEY.c.owner_id)).scalars())


@BOTH_ENGINES
def test_a_rotation_that_was_killed_goes_on(desk, opened, monkeypatch):
    monkeypatch.setattr(key_rotation, "BATCH", 1)
    raws = [mail(number=n) for n in range(3)]
    messages = desk.receive(*raws)
    newer = opened(ring("k1", "k2"))
    with newer.transaction() as transaction:
        key_rotation.wrap_anew(transaction, key_rotation.FIRST)
    assert names(newer) == {"k1", "k2"}
    assert is_unfinished(newer)
    rewrap_all(newer)
    assert names(newer) == {"k2"}
    assert [read_raw(newer, one) for one in messages] == raws


def test_a_damaged_key_is_named_and_stops_no_other(desk, opened):
    first, second = desk.receive(mail(number=1), mail(number=2))
    with desk.database.transaction() as transaction:
        broken = update(DATA_KEY).where(DATA_KEY.c.owner_id == first.inbound_id)
        transaction.change(broken.values(wrapped=b"x" * 60))
    newer = opened(ring("k1", "k2"))
    assert rewrap_all(newer).damaged == (first.inbound_id,)
    assert read_raw(newer, second) == mail(number=2)
    with newer.reading() as reading:
        found = open_every_key(reading)
    assert found.damaged == [first.inbound_id]
    assert found.by_name["k1"] == 1


@BOTH_ENGINES
def test_after_the_change_no_program_starts_without_the_new_key_or_with_a_wrong_one(desk, opened):
    desk.receive_one(mail())
    rewrap_all(opened(ring("k1", "k2")))
    with pytest.raises(Permanent, match="lacks key:k2"):
        opened(ring("k1"))
    with pytest.raises(Permanent, match="another key:k2"):
        opened(KeyRing({"k1": OLD, "k2": b"w" * 32}, "k2", LOOKUP))
