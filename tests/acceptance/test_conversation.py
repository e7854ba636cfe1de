"""The first conversation, whole: the real daemon, a real IMAP server, a real SMTP server, both databases."""

import json
from typing import TypeVar

from acceptance.desk_process import DeskProcess, wait_until
from acceptance.letters import erasure, out_of_office, send
from privacy.deciding import Outcome
from privacy.outgoing import OutgoingState
from servers.dovecot import Dovecot
from servers.smtp_sink import CaughtLetter, SmtpSink
from storage.cases import CaseSummary

Row = TypeVar("Row")


def letters_to(sink: SmtpSink, recipient: str) -> list[CaughtLetter]:
    return [letter for letter in sink.letters if letter.rcpt_tos == (recipient,)]


def test_it_opens_a_case_and_acknowledges_a_mail_that_arrives_over_imap(
    imap_process: DeskProcess, dovecot: Dovecot, mailbox: str, sink: SmtpSink
) -> None:
    imap_process.start()
    wait_until(lambda: imap_process.has_met(mailbox), what="the first contact")
    dovecot.deliver(erasure("anne@example.org", "<e1@example.org>"), user=mailbox)
    letter = wait_until(lambda: letters_to(sink, "anne@example.org"), what="an acknowledgement")[0]
    shown = imap_process.command("cases", "list", "--json")
    case = json.loads(shown.stdout)
    assert case["rights"] == ["erasure"]
    assert case["reference"] in letter.message["Subject"]
    assert letter.message["In-Reply-To"] == "<e1@example.org>"
    assert letter.message["Auto-Submitted"] == "auto-replied"
    assert imap_process.stop() == 0


def test_it_answers_nothing_that_was_there_before_the_first_contact(
    imap_process: DeskProcess, dovecot: Dovecot, mailbox: str, sink: SmtpSink
) -> None:
    dovecot.deliver(erasure("early@example.org", "<old@example.org>"), user=mailbox)
    imap_process.start()
    wait_until(imap_process.aside, what="the old mail as history")
    dovecot.deliver(erasure("late@example.org", "<new@example.org>"), user=mailbox)
    wait_until(
        lambda: letters_to(sink, "late@example.org"), what="an acknowledgement of the new mail"
    )
    assert letters_to(sink, "early@example.org") == []
    assert [row.outcome for row in imap_process.aside()] == [Outcome.HISTORY]


def test_it_holds_a_request_found_in_junk_and_never_answers_an_automatic_reply(
    imap_process: DeskProcess, dovecot: Dovecot, mailbox: str, sink: SmtpSink
) -> None:
    imap_process.config_file.write_text(
        imap_process.config_file.read_text()
        + 'poll_seconds = 1\nanswer_from = "2026-01-01T00:00:00Z"\n'
    )
    imap_process.start()
    dovecot.deliver(out_of_office("olivia@customer.example"), user=mailbox)
    dovecot.deliver(erasure("anne@example.org", "<junk@example.org>"), user=mailbox, folder="Junk")
    rows = wait_until(lambda: two(imap_process.aside()), what="both mails")
    assert {row.reason for row in rows} == {"spam-asks-for-a-right", "automatic-reply"}
    assert sink.letters == []


def two(rows: list[Row]) -> list[Row]:
    return rows if len(rows) == 2 else []


def test_it_takes_the_same_mail_for_both_mailboxes_as_one_case(
    listener_process: DeskProcess, listener_port: int, sink: SmtpSink
) -> None:
    listener_process.start()
    both = "dpo@autocloz.example, privacy@autocloz.example"
    mail = erasure("anne@example.org", "<both@example.org>", to=both)
    send(listener_port, "anne@example.org", "dpo@autocloz.example", b"Received: by dpo\r\n" + mail)
    send(listener_port, "anne@example.org", "privacy@autocloz.example", mail)
    letter = wait_until(lambda: letters_to(sink, "anne@example.org"), what="the acknowledgement")[0]
    assert "privacy@autocloz.example" in letter.message["From"]
    wait_until(lambda: not_waiting(listener_process), what="both deliveries to be worked")
    assert len(listener_process.cases()) == 1
    assert listener_process.stop() == 0
    assert len(sink.letters) == 1


def not_waiting(process: DeskProcess) -> bool:
    return all(letter.state is OutgoingState.SENT for letter in process.letters())


def test_it_takes_two_different_mails_under_one_message_id_as_two(
    listener_process: DeskProcess, listener_port: int, sink: SmtpSink
) -> None:
    listener_process.start()
    for note in ("First.", "Second, and quite another one."):
        mail = erasure("anne@example.org", "<same@example.org>", note=note)
        send(listener_port, "anne@example.org", "privacy@autocloz.example", mail)
    wait_until(lambda: two(listener_process.cases()), what="two cases")
    sink.wait_for(2)


def test_it_adds_a_reply_in_the_thread_to_its_case_and_a_strangers_reply_to_none(
    listener_process: DeskProcess, listener_port: int, sink: SmtpSink
) -> None:
    listener_process.start()
    first = erasure("anne@example.org", "<t1@example.org>")
    send(listener_port, "anne@example.org", "privacy@autocloz.example", first)
    letter = sink.wait_for(1)[0].message
    reply_to = str(letter["Reply-To"])
    more = erasure(
        "anne@example.org", "<t2@example.org>", note="I also want a copy of my personal data."
    )
    send(listener_port, "anne@example.org", reply_to, more)
    wait_until(lambda: with_rights(listener_process, 2), what="the right that the reply adds")
    stranger = erasure("mallory@example.com", "<t3@example.com>", note="Mine too.")
    send(listener_port, "mallory@example.com", reply_to, stranger)
    cases = wait_until(lambda: two(listener_process.cases()), what="the stranger's own case")
    assert sorted(len(case.rights) for case in cases) == [1, 2]
    assert len(sink.wait_for(3)) == 3


def with_rights(process: DeskProcess, count: int) -> list[CaseSummary]:
    return [case for case in process.cases() if len(case.rights) == count]
