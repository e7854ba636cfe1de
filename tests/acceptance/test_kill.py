"""Killed with SIGKILL at each step of the path and started again: no mail lost, one acknowledgement."""

import smtplib

import pytest

from acceptance.desk_process import DeskProcess, wait_until
from acceptance.letters import erasure, send
from acceptance.step_killer import STEPS
from privacy.outgoing import OutgoingState
from servers.dovecot import Dovecot
from servers.smtp_sink import SmtpSink

# Killed here the letter is of unknown outcome: its trace is looked for, then it is sent again.
UNCERTAIN = {"before-dialling", "after-acceptance", "before-mark", "after-mark-before-commit"}
# Of these, the other server has the letter and we have no record: the one window in which a copy may leave.
MAY_COPY = UNCERTAIN - {"before-dialling"}
# The suite kills at these; `python3 dev.py storm` at all, on both databases.
SHORT = {"before-keep", "after-commit", "after-write-down-before-commit", "after-acceptance"}
STEPS_AND_ENGINES = [
    pytest.param(
        step, engine, marks=() if step in SHORT and engine == "sqlite" else pytest.mark.storm
    )
    for step in STEPS
    for engine in ("sqlite", "postgresql")
]


@pytest.mark.parametrize(("step", "database_url"), STEPS_AND_ENGINES, indirect=["database_url"])
def test_it_loses_nothing_and_answers_once_when_killed(
    step: str, listener_process: DeskProcess, listener_port: int, sink: SmtpSink
) -> None:
    listener_process.start(kill_at=step)
    mail = erasure("anne@example.org", "<k1@example.org>")
    taken = is_taken(listener_port, mail)
    listener_process.wait_for_death()
    listener_process.start(hours_later=1)  # the leases of the dead process have ended
    if not taken:  # no 250 was said: a mail server tries again
        send(listener_port, "anne@example.org", "privacy@autocloz.example", mail)
    if step in UNCERTAIN:
        wait_until(lambda: has_letter(listener_process, OutgoingState.UNCERTAIN), what="the doubt")
        listener_process.stop()
        listener_process.start(hours_later=2)  # the search for traces has ended
    wait_until(lambda: has_letter(listener_process, OutgoingState.SENT), what="the letter's record")
    assert listener_process.stop() == 0
    assert len(listener_process.cases()) == 1
    assert len({letter.message["Message-ID"] for letter in sink.letters}) == 1
    assert len(sink.letters) <= (2 if step in MAY_COPY else 1)


def is_taken(port: int, mail: bytes) -> bool:
    try:
        send(port, "anne@example.org", "privacy@autocloz.example", mail)
    except (smtplib.SMTPException, OSError):
        return False
    return True


def has_letter(process: DeskProcess, state: OutgoingState) -> bool:
    return [letter.state for letter in process.letters()] == [state]


IMAP_STEPS = ["before-keep", "after-commit", "after-write-down-before-commit"]
IMAP_STEPS_AND_ENGINES = [
    pytest.param(step, engine, marks=() if step == "after-commit" else pytest.mark.storm)
    for step in IMAP_STEPS
    for engine in ("sqlite", "postgresql")
]


@pytest.mark.parametrize(
    ("step", "database_url"), IMAP_STEPS_AND_ENGINES, indirect=["database_url"]
)
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
    imap_process.start(hours_later=1)
    sink.wait_for(3)
    assert imap_process.stop() == 0
    assert len(imap_process.cases()) == 3
    assert len(sink.letters) == 3
