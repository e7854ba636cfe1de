"""Mail is read in processes that may die: real processes, real limits, and nobody's neighbours suffer."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from hostile_mails import HOSTILE
from intake import crew
from intake.parse import parse_message
from intake.reader import WorkerPool
from intake.reader_settings import ReadingSettings
from privacy.errors import Retryable
from privacy.messages import ParsedMessage
from privacy.ports import NotRead
from servers.odd_worker import ODD

ANNE = b"From: anne@person.example\r\nSubject: My data\r\n\r\nPlease delete all data about me.\r\n"
TESTS = Path(__file__).parents[1]
MAILS = sorted((TESTS / "mails").glob("*.eml"))
PATIENCE_SECONDS = 30.0
Pool = WorkerPool[bytes, ParsedMessage]
Opener = Callable[..., Pool]


@pytest.fixture
def opener() -> Iterator[Opener]:
    """Give a function that opens a pool whose parser does what messages say."""
    opened: list[Pool] = []

    def pool(*, program: tuple[str, ...] = ODD.program, **settings: float) -> Pool:
        errand = replace(ODD, program=program)
        opened.append(WorkerPool(ReadingSettings.model_validate(settings), errand))
        return opened[-1]

    yield pool
    for one in opened:
        one.close()


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    """Give the pool as it is in service, with its own limits."""
    pool = WorkerPool(ReadingSettings(workers=2), ODD)
    yield pool
    pool.close()


def numbered(count: int) -> list[bytes]:
    return [ANNE.replace(b"My data", b"Mail %d" % number) for number in range(count)]


def told(pool: Pool, *messages: bytes) -> list[str | int | NotRead]:
    """What became of messages, in short."""
    return [
        outcome if isinstance(outcome, NotRead) else outcome.subject or outcome.hidden_characters
        for outcome in pool.read(messages)
    ]


# What it reads


@pytest.mark.parametrize("workers", [1, 2])
def test_it_says_in_order_what_the_parser_says(workers: int) -> None:
    raws = [path.read_bytes() for path in MAILS] * 3
    with closing(WorkerPool(ReadingSettings(workers=workers), ODD)) as pool:
        assert list(pool.read(raws)) == [parse_message(raw) for raw in raws]
        assert list(pool.read(raws[:2])) == [parse_message(raw) for raw in raws[:2]]


def test_it_draws_messages_only_as_it_has_room_for_them(pool: Pool) -> None:
    drawn: list[int] = []

    def raws() -> Iterator[bytes]:
        for number in range(1_000):
            drawn.append(number)
            yield ANNE

    with closing(pool.read(raws())) as outcomes:
        next(outcomes)
        assert len(drawn) < 100


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_mail_ends_and_the_next_one_is_read(pool: Pool, name: str) -> None:
    """All of them are within the caps of the parser; a limit would be an answer too."""
    outcome, following = pool.read([HOSTILE[name](), ANNE])
    assert isinstance(outcome, ParsedMessage | NotRead)
    assert following == parse_message(ANNE)


# What breaks the limits


@pytest.mark.parametrize("bomb", [b"SLEEP", b"SPIN"])
def test_what_takes_too_long_is_killed_and_its_neighbours_are_read(
    opener: Opener, bomb: bytes
) -> None:
    first, second, third = numbered(3)
    pool = opener(workers=1, seconds=0.5)
    assert told(pool, first, bomb, second, third) == [
        *("Mail 0", NotRead.TIME_LIMIT, "Mail 1", "Mail 2")
    ]


def test_what_takes_too_much_memory_is_told_and_its_neighbours_are_read(opener: Opener) -> None:
    first, second = numbered(2)
    pool = opener(workers=1, memory_mb=64)
    assert told(pool, first, b"ALLOCATE", second, b"ALLOCATE") == [
        *("Mail 0", NotRead.MEMORY_LIMIT, "Mail 1", NotRead.MEMORY_LIMIT)
    ]


def test_a_message_too_large_for_the_memory_is_told_too(opener: Opener) -> None:
    pool = opener(workers=1, memory_mb=16)
    assert told(pool, b"\r\n" * 16_000_000, ANNE) == [NotRead.MEMORY_LIMIT, "My data"]


@pytest.mark.parametrize("bomb", [b"DIE", b"BABBLE", b"LIE"])
def test_a_message_whose_workers_die_or_talk_nonsense_is_given_up(
    opener: Opener, bomb: bytes
) -> None:
    first, second = numbered(2)
    pool = opener(workers=2)
    assert told(pool, first, bomb, second) == ["Mail 0", NotRead.WORKER_DIED, "Mail 1"]


def test_a_worker_that_was_killed_by_chance_costs_its_message_nothing(
    opener: Opener, tmp_path: Path
) -> None:
    pool = opener(workers=1)
    once = f"DIE-ONCE {tmp_path / 'mark'}".encode()
    assert told(pool, *numbered(1), once) == ["Mail 0", 0]


def test_a_worker_that_was_killed_while_idle_is_replaced(opener: Opener) -> None:
    pool = opener(workers=1)
    (process,) = told(pool, b"PROCESS")
    os.kill(int(process), signal.SIGKILL)
    assert told(pool, *numbered(2)) == ["Mail 0", "Mail 1"]


def test_many_bombs_in_one_batch_are_each_answered(opener: Opener) -> None:
    pool = opener(workers=2, seconds=0.5, memory_mb=64)
    expected = {
        b"SLEEP": NotRead.TIME_LIMIT,
        b"ALLOCATE": NotRead.MEMORY_LIMIT,
        b"DIE": NotRead.WORKER_DIED,
        ANNE: "My data",
    }
    messages = list(expected) * 3
    assert told(pool, *messages) == [expected[message] for message in messages]


def test_a_worker_is_replaced_before_it_gets_old(
    opener: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crew, "LIFE", 3)
    processes = told(opener(workers=1), *[b"PROCESS"] * 8)
    assert len(set(processes)) == 3


@pytest.mark.parametrize(
    "program", [("/nowhere/python",), (sys.executable, "-c", "pass")], ids=["missing", "ends"]
)
def test_a_worker_that_cannot_be_started_is_trouble_for_later(
    opener: Opener, program: tuple[str, ...]
) -> None:
    with pytest.raises(Retryable):
        told(opener(program=program), ANNE)


# What stays behind


def test_it_leaves_no_descriptor_and_no_process_behind(opener: Opener) -> None:
    told(opener(workers=1), ANNE)
    before = descriptors()
    pool = opener(workers=2, memory_mb=64)
    processes = told(pool, *[b"PROCESS", b"DIE"] * 5)
    pool.close()
    assert descriptors() == before
    assert not any(runs(process) for process in processes if isinstance(process, int))


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def runs(process: int) -> bool:
    """Whether a process is there and not merely waiting to be buried."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.parametrize("at_work", ["", "SLEEP"], ids=["idle", "busy"])
def test_workers_end_by_themselves_when_their_parent_is_killed(at_work: str) -> None:
    command = [sys.executable, "-m", "servers.lone_parent", "0.5", at_work]
    with subprocess.Popen(
        command, cwd=TESTS, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        worker = int(parent.stdout.readline())
        parent.kill()
    wait_until(lambda: not runs(worker))


def test_an_iteration_that_is_given_up_does_not_disturb_the_next_one(opener: Opener) -> None:
    pool = opener(workers=2)
    with closing(pool.read([*numbered(10), b"SLEEP"])) as outcomes:
        next(outcomes)
    assert told(pool, ANNE) == ["My data"]


def test_large_answers_that_are_fetched_late_are_no_breach(opener: Opener) -> None:
    """Whoever takes them may be held up by the database for longer than a message may take."""
    text = "Löschen Sie meine Daten. " * 7_900
    large = f"Subject: large\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}".encode()
    pool = opener(workers=1, seconds=0.5)
    with closing(pool.read([ANNE, large, large, ANNE])) as outcomes:
        assert isinstance(next(outcomes), ParsedMessage)
        time.sleep(1.5)
        rest = list(outcomes)
    assert rest == [parse_message(large), parse_message(large), parse_message(ANNE)]


def test_closing_twice_is_closing_once(opener: Opener) -> None:
    pool = opener()
    assert told(pool, ANNE) == ["My data"]
    pool.close()
    pool.close()
    assert told(pool, ANNE) == [NotRead.STOPPED]


def test_it_can_be_stopped_in_the_middle_of_a_bomb(opener: Opener, tmp_path: Path) -> None:
    pool = opener(workers=1, seconds=100)
    mark = tmp_path / "mark"
    outcomes: list[str | int | NotRead] = []
    bomb = f"SLEEP {mark}".encode()
    reading = threading.Thread(target=lambda: outcomes.extend(told(pool, ANNE, bomb, ANNE)))
    reading.start()
    wait_until(mark.exists)
    pool.interrupt()
    reading.join(PATIENCE_SECONDS)
    assert outcomes == ["My data", NotRead.STOPPED, NotRead.STOPPED]
    assert told(pool, ANNE) == [NotRead.STOPPED]


def wait_until(found: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while not found():
        assert time.monotonic() < end
        time.sleep(0.02)


# What the process that reads hostile bytes is given


def test_a_worker_gets_no_environment(opener: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RIGHTSDESK_SECRET", "s3cret")
    (names,) = told(opener(), b"ENVIRONMENT")
    assert set(str(names).split()) <= {"0", "LC_CTYPE"}  # the interpreter sets that one itself


def test_a_worker_can_write_no_file_and_leaves_no_core(opener: Opener) -> None:
    (outcome,) = opener(memory_mb=100).read([b"LIMITS"])
    assert isinstance(outcome, ParsedMessage)
    core, file_size, memory = map(int, outcome.references)
    assert (core, file_size) == (0, 0)
    assert 100 << 20 < memory < 1 << 30


def test_a_worker_knows_nothing_of_networks_settings_or_the_database() -> None:
    say = "import casework.reading_worker, sys; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-I", "-c", say], capture_output=True, text=True, check=True
    )
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    rooms = {"daemon", "desk", "storage", "notifier", "responders", "regimes", "templates"}
    vendors = {"pydantic", "sqlalchemy", "cryptography", "imapclient", "aiosmtpd", "structlog"}
    assert not loaded & (rooms | vendors | {"asyncio", "ssl", "http", "subprocess"})
