"""Killed with SIGKILL at each step of the path and started again: no mail lost, one acknowledgement."""

import smtplib

import pytest

from acceptance.desk_process import DeskProcess, wait_until
from acceptance.letters import erasure, send
from acceptance.step_killer import STEPS
from servers.dovecot import Dovecot
from servers.smtp_sink import SmtpSink

# After these the other server has the letter and we have no record: the one window in which a copy may leave.
MAY_COPY = {"after-acceptance", "before-mark", "after-mark-before-commit"}
LATER_HOURS = 1.0  # leases have ended and the search for traces is over


@pytest.mark.parametrize("step", sorted(STEPS))
def test_it_loses_nothing_and_answers_once_when_killed(
    step: str, listener_process: DeskProcess, listener_port: int, sink: SmtpSink
) -> None:
    listener_process.start(kill_at=step)
    mail = erasure("anne@example.org", "<k1@example.org>")
    taken = is_taken(listener_port, mail)
    listener_process.wait_for_death()
    listener_process.start(hours_later=LATER_HOURS)
    if not taken:  # no 250 was said: a mail server tries again
        send(listener_port, "anne@example.org", "privacy@autocloz.example", mail)
    sink.wait_for(1)
    wait_until(lambda: is_sent(listener_process), what="the letter to be recorded as sent")
    assert listener_process.stop() == 0
    assert len(listener_process.rows("cases", "list")) == 1
    assert len({letter.message["Message-ID"] for letter in sink.letters}) == 1
    assert len(sink.letters) <= (2 if step in MAY_COPY else 1)


def is_taken(port: int, mail: bytes) -> bool:
    try:
        send(port, "anne@example.org", "privacy@autocloz.example", mail)
    except (smtplib.SMTPException, OSError):
        return False
    return True


def is_sent(process: DeskProcess) -> bool:
    letters = process.rows("outbox", "list")
    return len(letters) == 1 and letters[0]["state"] == "sent"


@pytest.mark.parametrize("step", ["before-keep", "after-commit", "after-write-down-before-commit"])
def test_it_reads_the_mailbox_again_where_it_was_killed(
    step: str, imap_process: DeskProcess, dovecot: Dovecot, mailbox: str, sink: SmtpSink
) -> None:
    config = imap_process.config_file.read_text() + 'answer_from = "2026-01-01T00:00:00Z"\n'
    imap_process.config_file.write_text(config)
    for number in range(3):
        mail = erasure(f"anne{number}@example.org", f"<i{number}@example.org>", note=f"{number}")
        dovecot.deliver(mail, user=mailbox)
    imap_process.start(kill_at=step)
    imap_process.wait_for_death()
    imap_process.start(hours_later=LATER_HOURS)
    sink.wait_for(3)
    assert imap_process.stop() == 0
    assert len(imap_process.rows("cases", "list")) == 3
    assert len(sink.letters) == 3
