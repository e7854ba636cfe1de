"""A notice of a policy change by the real daemon over real SMTP: killed in the middle, started again, proved in the end."""

import subprocess
import sys
import zipfile
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path

from acceptance.desk_process import DeskProcess, wait_until
from campaign_values import draft, notice_terms, owner, workspace
from casework.directory_reading import read_directory
from casework.notice_batch import COPIES
from casework.notice_campaign import NoticeStatus, start_notice, status_of
from casework.notice_drafting import approve_notice, draft_notice, notice_named
from casework_values import DANA, OMAR, SAM
from daemon.settings import load_settings
from daemon.wiring import open_desk
from directory_values import ListedSource, terms
from privacy.notices import NoticeState, OwnerState
from servers.smtp_sink import HANG, USUAL, SmtpSink

OWNERS, BEFORE_THE_KILL = 260, 30
VERSION = "2"  # of the policy that campaign_values draft


def approved(desk: DeskProcess) -> None:
    """A directory, and a notice that two others approved, on its way."""
    desk.config_file.write_text(f"{desk.config}\n[notices]\nper_hour = 10000000\n")
    settings = load_settings(str(desk.config_file), home=str(desk.home), environment={})
    opened, now = open_desk(settings), datetime.now(UTC)
    database, profile = opened.database, opened.services.desk
    people = [owner(f"p{number}") for number in range(OWNERS)]
    source = ListedSource([workspace(), *people])
    read_directory(database, source, terms(complete=True), lambda: now)
    far = notice_terms(effective_on=date(2099, 3, 1))
    notice = draft_notice(database, draft(terms=far), desk=profile, actor=SAM, now=now)
    for actor in (DANA, OMAR):
        approve_notice(database, VERSION, notice.digest, desk=profile, actor=actor, now=now)
    start_notice(database, VERSION, desk=profile, actor=SAM, now=now)
    opened.close()


def status(desk: DeskProcess) -> NoticeStatus:
    with desk.look() as reading:
        return status_of(reading, notice_named(reading, VERSION), datetime.now(UTC))


def owners_in(desk: DeskProcess, state: OwnerState) -> int:
    return status(desk).progress.owners.get(state, 0)


def test_a_killed_daemon_goes_on_and_everybody_is_told_under_one_message_id(
    listener_process: DeskProcess, sink: SmtpSink, tmp_path: Path
) -> None:
    desk = listener_process
    approved(desk)
    sink.answer("END", *[USUAL["END"]] * BEFORE_THE_KILL, HANG)
    desk.start()
    sink.wait_for(BEFORE_THE_KILL + 1)
    desk.close()  # SIGKILL, while a server has not yet answered
    in_flight = owners_in(desk, OwnerState.LEASED)
    assert in_flight in {COPIES, 2 * COPIES}  # one batch is on the wire, the next may be claimed
    desk.start(hours_later=1)  # the lease is over: nobody knows about these, the others are told
    wait_until(lambda: owners_in(desk, OwnerState.ACCEPTED) == OWNERS - in_flight, what="the rest")
    assert owners_in(desk, OwnerState.UNCERTAIN) == in_flight
    desk.stop()
    desk.start(hours_later=2)  # nobody has found a trace: they are told again
    wait_until(lambda: status(desk).notice.state is NoticeState.ENDED, what="the end")
    desk.stop()
    ids: dict[str, set[str]] = {}
    for one in sink.letters:
        ids.setdefault(one.rcpt_tos[0], set()).add(one.message["Message-ID"])
    assert len(ids) == OWNERS
    assert all(len(of_one) == 1 for of_one in ids.values())
    copies = Counter(one.rcpt_tos[0] for one in sink.letters).values()
    assert sum(copies) - OWNERS <= in_flight
    assert status(desk).progress.copies == in_flight
    assert status(desk).may_publish
    assert proved(desk, tmp_path) == 0


def proved(desk: DeskProcess, folder: Path) -> int:
    """Take the proof out, and check it with the script that lies in it."""
    words = ("notice", "proof", VERSION, "--out", str(folder / "proof.zip"))
    done = desk.command(*words, "--actor", "sam@autocloz.example")
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(folder / "proof.zip") as archive:
        archive.extract("verify.py", folder)
    key = done.stdout.splitlines()[1].rpartition(" ")[2]
    check = [sys.executable, "-I", "-S", "verify.py", "proof.zip", key]
    return subprocess.run(check, cwd=folder, check=False, capture_output=True).returncode
