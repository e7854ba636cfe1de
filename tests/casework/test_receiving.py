"""Keep first, answer after: what is committed when, and who hears of what went wrong."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from casework.receiving import COMMIT_AT_MOST, DatabaseLedger, GroupWriter
from casework_values import BOTH_ENGINES, NOON, PRIVACY, TestDesk, arriving, mail
from privacy.errors import Permanent, PrivacyError, Retryable
from privacy.messages import ImapPlace, RawMessage, Route
from privacy.ports import FolderCursor
from storage.messages import raw_of

pytestmark = BOTH_ENGINES
LONG_ENOUGH = 60.0  # only a broken writer needs it


def in_folder(uid: int, raw: bytes) -> RawMessage:
    place = ImapPlace(folder="INBOX", uidvalidity=7, uid=uid)
    return arriving(raw, route=Route.IMAP, imap=place)


def cursor(last_uid: int) -> FolderCursor:
    return FolderCursor(
        mailbox=PRIVACY, folder="INBOX", uidvalidity=7, last_uid=last_uid, answer_from=NOON
    )


@dataclass
class Bell:
    """Counts how often the worker was woken."""

    rung: int = 0

    def __call__(self) -> None:
        self.rung += 1


@pytest.fixture
def bell() -> Bell:
    return Bell()


@pytest.fixture
def ledger(desk: TestDesk, bell: Bell) -> DatabaseLedger:
    return DatabaseLedger(desk.database, clock=desk.clock, wake=bell)


def test_it_keeps_the_bytes_exactly_and_wakes_the_worker(desk, ledger, bell):
    raw = b"From: anne@person.example\r\nSubject: \xff\x00 odd\n\n.\r\n\xe2\x82"
    ledger.keep([arriving(raw)])
    (row,) = desk.messages()
    with desk.database.reading() as reading:
        assert raw_of(reading, row.inbound_id) == raw
    assert (row.outcome, bell.rung) == (None, 1)


def test_it_keeps_a_batch_and_its_cursor_together(desk, ledger):
    ledger.keep([in_folder(1, mail(number=1)), in_folder(2, mail(number=2))], cursor(2))
    assert ledger.cursor(PRIVACY, "INBOX") == cursor(2)
    assert len(desk.messages()) == 2


def test_a_batch_that_cannot_be_kept_does_not_move_the_cursor(desk, ledger, bell):
    ledger.keep([in_folder(1, mail(number=1))], cursor(1))
    endless = in_folder(2**80, mail(number=2))  # no engine has a column for this UID
    with pytest.raises((PrivacyError, OverflowError)):
        ledger.keep([in_folder(2, mail(number=3)), endless], cursor(3))
    assert ledger.cursor(PRIVACY, "INBOX") == cursor(1)
    assert len(desk.messages()) == 1
    assert bell.rung == 1


def test_a_cursor_moves_without_mail_and_wakes_nobody(ledger, bell):
    ledger.keep([], cursor(9))
    assert ledger.cursor(PRIVACY, "INBOX") == cursor(9)
    assert bell.rung == 0


def test_it_knows_which_uids_it_has(ledger):
    ledger.keep([in_folder(4, mail(number=4)), in_folder(6, mail(number=6))])
    assert ledger.unknown_uids(PRIVACY, "INBOX", 7, [7, 6, 5, 4]) == [7, 5]
    assert ledger.unknown_uids(PRIVACY, "INBOX", 8, [4]) == [4]


@dataclass
class CountingLedger:
    """The real ledger, with the size of each commit written down and refusals as a test wants them."""

    inner: DatabaseLedger
    refuse: dict[bytes, Exception] = field(default_factory=dict)
    commits: list[int] = field(default_factory=list)

    def keep(self, batch: Sequence[RawMessage]) -> None:
        for message in batch:
            if message.raw in self.refuse:
                raise self.refuse[message.raw]
        self.inner.keep(batch)
        self.commits.append(len(batch))


@pytest.fixture
def counting(ledger: DatabaseLedger) -> CountingLedger:
    return CountingLedger(ledger)


@pytest.fixture
def writer(counting: CountingLedger) -> Iterator[GroupWriter]:
    """Give a writer that is not started: what is handed over before the start waits together."""
    writer = GroupWriter(counting)  # type: ignore[arg-type]
    yield writer
    if writer._thread.is_alive():
        writer.stop()


async def kept_together(writer: GroupWriter, mails: Sequence[bytes]) -> list[BaseException | None]:
    """Hand the mails over as that many sessions do at the same moment; return what each is told."""
    sessions = [asyncio.ensure_future(writer.keep(arriving(raw))) for raw in mails]
    await asyncio.sleep(0)  # every session has handed over and waits
    writer.start()
    async with asyncio.timeout(LONG_ENOUGH):
        return await asyncio.gather(*sessions, return_exceptions=True)


async def test_many_sessions_share_one_commit(desk, writer, counting):
    told = await kept_together(writer, [mail(number=n) for n in range(COMMIT_AT_MOST)])
    assert told == [None] * COMMIT_AT_MOST
    assert counting.commits == [COMMIT_AT_MOST]
    assert len(desk.messages()) == COMMIT_AT_MOST


async def test_a_group_has_a_bound(writer, counting):
    await kept_together(writer, [mail(number=n) for n in range(COMMIT_AT_MOST + 3)])
    assert counting.commits == [COMMIT_AT_MOST, 3]


async def test_one_message_that_cannot_be_kept_refuses_no_other(desk, writer, counting):
    mails = [mail(number=n) for n in range(5)]
    counting.refuse[mails[2]] = Permanent("this one never")
    told = await kept_together(writer, mails)
    assert [type(one) for one in told] == [type(None)] * 2 + [Permanent] + [type(None)] * 2
    assert len(desk.messages()) == 4


async def test_each_session_hears_its_own_error(writer, counting):
    mails = [mail(number=n) for n in range(3)]
    counting.refuse[mails[0]] = Permanent("never")
    counting.refuse[mails[2]] = Retryable("later", after=timedelta(minutes=1))
    never, well, later = await kept_together(writer, mails)
    assert (str(never), well, str(later)) == ("never", None, "later")


async def test_an_unexpected_error_is_told_without_its_words(desk, writer, counting):
    poison = mail(number=1)
    counting.refuse[poison] = KeyError("anne@person.example wants to be forgotten")
    (told,) = await kept_together(writer, [poison])
    assert isinstance(told, Retryable)
    assert "anne" not in repr(told)
    await writer.keep(arriving(mail(number=2)))  # the writer lives
    assert len(desk.messages()) == 1


async def test_a_session_that_is_gone_does_not_stop_the_writer(desk, writer):
    gone = asyncio.ensure_future(writer.keep(arriving(mail(number=1))))
    await asyncio.sleep(0)
    gone.cancel()
    assert await kept_together(writer, [mail(number=2)]) == [None]
    assert len(desk.messages()) == 2, "it was kept all the same: the client sends it again"


async def test_what_waits_is_committed_before_the_writer_ends(desk, writer):
    sessions = [asyncio.ensure_future(writer.keep(arriving(mail(number=n)))) for n in range(3)]
    await asyncio.sleep(0)
    writer.start()
    writer.stop()
    assert await asyncio.gather(*sessions) == [None] * 3
    assert len(desk.messages()) == 3


async def test_a_group_waits_for_the_sessions_that_wrote_a_moment_ago(writer, monkeypatch):
    monkeypatch.setattr("casework.receiving.LONGEST_PATIENCE_SECONDS", LONG_ENOUGH)
    told = [writer.keep(arriving(mail(number=0)))]
    group = asyncio.create_task(asyncio.to_thread(writer._next_group, 3, LONG_ENOUGH))
    await asyncio.sleep(0.05)  # a writer that does not wait has taken the first one by now
    told += [writer.keep(arriving(mail(number=n))) for n in (1, 2)]
    assert [one.done for one in await group] == told


async def test_a_session_that_is_alone_waits_for_nobody(writer):
    told = writer.keep(arriving(mail(number=0)))
    assert [one.done for one in writer._next_group(1, LONG_ENOUGH)] == [told]
