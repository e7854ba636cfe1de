"""What the daemon sees of itself, what health says of it, and who is called."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from casework.drafts import approve_draft, reject_draft
from casework.held import dismiss_held, release_held
from casework.quarantine import dismiss_quarantined
from casework.tasks import finish
from casework_values import (
    DAY,
    ERASE,
    MINUTE,
    NOON,
    PRIVACY,
    SAM,
    FailingClassifier,
    TestDesk,
    mail,
    open_at,
)
from core_values import calendar
from daemon.bell import Bell
from daemon.state import DaemonState
from privacy.alarms import Alarm, AlarmBounds, find_alarms
from privacy.errors import Permanent, Retryable

BROKEN = Alarm(code="database-unreachable")


@pytest.fixture
def desk(migrated_sqlite: str) -> Iterator[TestDesk]:
    database = open_at(migrated_sqlite)
    yield TestDesk(database)
    database.close()


@pytest.fixture
def state() -> DaemonState:
    return DaemonState(NOON, (PRIVACY,))


def alarms(state: DaemonState, desk: TestDesk) -> list[str]:
    state.tick(desk.now)
    return [
        str(alarm)
        for alarm in find_alarms(state.observe(desk.database, desk.now), AlarmBounds(), calendar())
    ]


def test_a_desk_that_has_just_started_is_well(state, desk):
    assert alarms(state, desk) == []


def test_a_mailbox_that_is_not_read_is_missed_and_found_again(state, desk):
    desk.now += 31 * MINUTE
    assert alarms(state, desk) == [f"mailbox-not-read: {PRIVACY}"]
    state.mailbox_ok(PRIVACY, "INBOX", desk.now)
    assert alarms(state, desk) == []


def test_a_refused_login_calls_at_once(state, desk):
    state.mailbox_trouble(PRIVACY, "INBOX", desk.now, "auth")
    assert alarms(state, desk) == [f"mailbox-refused: {PRIVACY}"]
    state.mailbox_ok(PRIVACY, "INBOX", desk.now)
    assert alarms(state, desk) == []


def test_trouble_of_one_folder_is_not_healed_by_another(state, desk):
    state.mailbox_trouble(PRIVACY, "Junk", desk.now, "certificate")
    state.mailbox_ok(PRIVACY, "INBOX", desk.now)
    assert alarms(state, desk) == [f"mailbox-refused: {PRIVACY}"]


def test_mail_and_letters_that_wait_too_long_are_seen(state, desk):
    desk.receive(mail(ERASE))
    desk.keep(mail(ERASE, number=2, From="bea@person.example"))
    state.mailbox_ok(PRIVACY, "INBOX", NOON + 2 * timedelta(hours=1))
    assert alarms(state, desk) == []
    desk.now += timedelta(hours=1) + MINUTE
    assert alarms(state, desk) == ["mail-not-processed", "letter-not-sent"]


def test_mail_in_quarantine_is_seen(state, desk):
    desk.reader.classifier = FailingClassifier("poison")
    desk.receive(mail("poison"))
    assert alarms(state, desk) == ["mail-in-quarantine: 1"]


def test_what_a_person_took_up_is_no_alarm_any_more(state, desk):
    desk.reader.classifier = FailingClassifier("poison")
    (row,) = desk.receive(mail("poison"))
    dismiss_quarantined(desk.database, row.inbound_id, actor=SAM, now=desk.now)
    assert alarms(state, desk) == []
    desk.now += 30 * DAY
    state.mailbox_ok(PRIVACY, "INBOX", desk.now)
    assert alarms(state, desk) == []


def wait_until_due(state, desk, due):
    """Nobody is called two working days before, and somebody is on the one before."""
    desk.now = datetime.combine(due, time(12), UTC) - 3 * DAY
    state.mailbox_ok(PRIVACY, "INBOX", desk.now)
    assert alarms(state, desk) == []
    desk.now += 2 * DAY
    state.mailbox_ok(PRIVACY, "INBOX", desk.now)


THURSDAY = NOON + 3 * DAY  # the last days of what comes then are in the middle of a week


def test_a_held_mail_that_nobody_decides_about_is_seen_before_its_day(state, desk):
    desk.now = THURSDAY
    row = desk.receive_one(mail("When are you open?"), received_at=desk.now)
    wait_until_due(state, desk, row.hold_due_on)
    assert alarms(state, desk) == [f"held-mail-waits: due {row.hold_due_on}"]
    dismiss_held(desk.database, row.inbound_id, reason="hours", actor=SAM, now=desk.now)
    assert alarms(state, desk) == []


def test_a_held_mail_that_is_released_waits_as_a_letter(state, desk):
    desk.now = THURSDAY
    row = desk.receive_one(mail("When are you open?"), received_at=desk.now)
    wait_until_due(state, desk, row.hold_due_on)
    release_held(desk.database, row.inbound_id, actor=SAM, now=desk.now)
    desk.work()
    assert alarms(state, desk) == [f"task-waits: due {row.hold_due_on}"]
    (task,) = desk.tasks()
    finish(desk.database, task.task_id, actor=SAM, now=desk.now)
    assert alarms(state, desk) == []


def test_a_letter_that_waits_for_a_person_is_seen_before_its_day(state, desk):
    desk.now = THURSDAY
    desk.receive_one(mail(ERASE), received_at=desk.now, quiet_reason="uidvalidity-changed")
    draft = desk.draft()
    assert draft.due_on == desk.case().acknowledge.on
    wait_until_due(state, desk, draft.due_on)
    assert alarms(state, desk) == [f"letter-waits-for-person: due {draft.due_on}"]
    approve_draft(desk.database, draft.draft_id, actor=SAM, now=desk.now)
    assert alarms(state, desk) == []


def test_a_rejected_letter_is_still_owed(state, desk):
    desk.now = THURSDAY
    desk.receive_one(mail(ERASE), received_at=desk.now, quiet_reason="uidvalidity-changed")
    draft = desk.draft()
    reject_draft(desk.database, draft.draft_id, actor=SAM, now=desk.now)
    assert [(task.kind, task.due_on) for task in desk.tasks()] == [("answer_by_hand", draft.due_on)]
    wait_until_due(state, desk, draft.due_on)
    assert alarms(state, desk) == [f"task-waits: due {draft.due_on}"]


def test_letters_that_cannot_leave_are_seen_until_they_can(state, desk):
    state.transport_trouble("smtp: authentication refused")
    assert alarms(state, desk) == ["transport: smtp: authentication refused"]
    state.transport_trouble(None)
    assert alarms(state, desk) == []


def test_a_database_out_of_reach_is_an_alarm_and_no_error(state, desk, tmp_path):
    desk.database.close()
    (tmp_path / "rightsdesk.db").unlink()
    (tmp_path / "rightsdesk.db").mkdir()
    assert alarms(state, desk) == ["database-unreachable"]


def test_a_silent_scheduler_is_seen(state, desk):
    state.tick(NOON)
    seen = state.observe(desk.database, NOON + timedelta(seconds=91))
    assert [alarm.code for alarm in find_alarms(seen, AlarmBounds(), calendar())] == [
        "scheduler-silent"
    ]


class Way:
    """A way to a person; `trouble` keeps it from working."""

    def __init__(self, trouble: Exception | None = None) -> None:
        self.trouble = trouble
        self.told: list[str] = []

    def send(self, subject: str, text: str) -> None:
        if self.trouble is not None:
            raise self.trouble
        self.told.append(f"{subject}\n{text}")


@pytest.mark.parametrize("trouble", [Retryable("away"), Permanent("refused")])
def test_an_alarm_that_reached_nobody_is_rung_again_at_the_next_look(trouble):
    way = Way(trouble)
    bell = Bell([way])
    assert bell.ring([BROKEN], NOON) == 0
    way.trouble = None
    assert bell.ring([BROKEN], NOON + timedelta(seconds=30)) == 1
    assert bell.ring([BROKEN], NOON + timedelta(seconds=60)) == 0, "now it is known"


def test_without_any_way_an_alarm_is_written_once_an_hour(capsys):
    bell = Bell([])
    for minute in range(121):
        bell.ring([BROKEN], NOON + minute * MINUTE)
    assert capsys.readouterr().out.count("database-unreachable") == 3


class Posts(ThreadingHTTPServer):
    """Takes alarms on loopback and answers as it is told."""

    def __init__(self, status: int) -> None:
        self.status, self.bodies = status, []
        super().__init__(("127.0.0.1", 0), _Handler)


class _Handler(BaseHTTPRequestHandler):
    server: Posts

    def do_POST(self) -> None:
        self.server.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(self.server.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *_: object) -> None:  # noqa: A002 - the library's name
        """Stay silent."""


@pytest.fixture(params=[200, 500])
def posts(request) -> Iterator[Posts]:
    server = Posts(request.param)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_alarm_test_rings_the_way_and_says_whether_it_was_taken(run, tmp_path, posts):
    example = (Path(__file__).parents[2] / "daemon" / "example.toml").read_text()
    url = f"http://127.0.0.1:{posts.server_port}/secret-path"
    config = f'{example}\n[alarms.webhook]\nurl = "{url}"\n'
    (tmp_path / "alarms.toml").write_text(config)
    done = run("check", "--alarm-test", "--config", str(tmp_path / "alarms.toml"))
    assert len(posts.bodies) == 1
    assert b"rightsdesk alarm test" in posts.bodies[0]
    assert done.code == (0 if posts.status == 200 else 1)
    assert ("took" if posts.status == 200 else "did not take") in done.out
    assert "secret-path" not in done.out + done.err
