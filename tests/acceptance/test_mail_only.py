"""People who have only a mail program get their rights: real IMAP and SMTP servers, the real daemon, staff by commands."""

import io
import json
import logging
import re
from collections.abc import Iterator
from contextlib import redirect_stdout, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
import structlog

from acceptance.configs import imap_desk
from acceptance.desk_process import DeskProcess, wait_until
from acceptance.mail_program import MX, MailProgram, World, flat, words_of
from daemon.cli import main
from servers.dovecot import Dovecot
from servers.smtp_sink import SmtpSink
from storage.messages import list_messages

SAM, DANA, OMAR = (f"{name}@autocloz.example" for name in ("sam", "dana", "omar"))
CODE = re.compile(r"RD-[-0-9A-Z]{26}")
IDS = re.compile(r"[0-9a-f-]{36}")
ASKING = """
[identity]
delay_minutes = 0
authority = "Data Protection Commission"
authority_url = "https://authority.example/complain"

[work]
undo_minutes = 0
"""


@dataclass(frozen=True)
class Script:
    """What somebody writes in their language, what they must read in it, and what staff do meanwhile."""

    language: str
    wish: str
    right: tuple[str, ...]  # as the command names it
    level: str
    approvers: tuple[str, ...]
    confirmation: str
    question: str
    working: str
    thanks: str
    beside: tuple[str, ...] = ()  # what else staff say with the answer


SCRIPTS = [
    Script(
        language="en",
        wish="Please send me a copy of all personal data that you hold about me.",
        right=("--right", "access"),
        level="L2",
        approvers=(DANA, OMAR),
        confirmation="Yes, that was me.",
        question="Where are we with my request?",
        working="We are working on it.",
        thanks="Thank you very much!",
        beside=("--without-package", "nothing is held but the address that she writes from"),
    ),
    Script(
        language="de",
        wish="Bitte berichtigen Sie meine Adresse in Ihren Daten.",
        right=("--right", "rectification"),
        level="L2",
        approvers=(DANA,),
        confirmation="Ja, das war ich.",
        question="Wie ist der Stand meiner Anfrage?",
        working="Wir arbeiten daran.",
        thanks="Vielen Dank!",
    ),
    Script(
        language="hi",
        wish="मैं अपने डेटा का विश्लेषण के लिए उपयोग करने पर आपत्ति करता हूँ।",
        right=("--right", "objection", "--scope", "analytics"),
        level="L1",
        approvers=(DANA,),
        confirmation="हाँ, यह मैंने लिखा था।",
        question="मेरे अनुरोध की स्थिति क्या है?",
        working="हम इस पर काम कर रहे हैं।",
        thanks="बहुत धन्यवाद!",
    ),
]


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'rightsdesk.db'}"


@pytest.fixture
def desk(
    dovecot: Dovecot, mailbox: str, sink: SmtpSink, database_url: str, tmp_path: Path
) -> Iterator[DeskProcess]:
    """Give a running desk whose server says what it knows of senders."""
    imap = f'boundary_host = "{MX}"\npoll_seconds = 1\n'
    config = imap_desk(dovecot, mailbox, sink, database_url, imap=imap, identity=ASKING)
    config = config.replace('staff = ["sam@autocloz.example"]', f"staff = {[SAM, DANA, OMAR]}")
    config = config.replace("plus_address = true", f'plus_address = true\nauthserv_id = "{MX}"')
    process = DeskProcess(tmp_path / "home", config)
    process.start()
    wait_until(lambda: process.has_met(mailbox), what="the first contact")
    yield process
    with suppress(AssertionError):
        assert process.stop() == 0
    process.close()


@pytest.fixture
def world(dovecot: Dovecot, mailbox: str, sink: SmtpSink) -> Iterator[World]:
    """Give the mail servers between people and the desk."""
    with SmtpSink() as people:
        yield World(dovecot, mailbox, sink, people)


@dataclass(frozen=True)
class Staff:
    """The command line, run in this process: a process for each command would cost more than all that is tested."""

    desk: DeskProcess

    def run(self, *words: str) -> str:
        where = ("--config", str(self.desk.config_file), "--home", str(self.desk.home))
        with redirect_stdout(io.StringIO()) as out:
            code = main([*words, *where])
        assert code == 0, words
        return out.getvalue()

    def by(self, actor: str, *words: str) -> str:
        return self.run(*words, "--actor", actor)

    def tasks(self) -> list[dict]:
        return [json.loads(line) for line in self.run("tasks", "list", "--json").splitlines()]

    def state_of(self, reference: str) -> str:
        lines = self.run("cases", "list", "--json").splitlines()
        states = {one["reference"]: one["state"] for one in map(json.loads, lines)}
        return str(states[reference])


@pytest.fixture
def staff(desk: DeskProcess) -> Iterator[Staff]:
    """Give the command line beside the running desk."""
    root = logging.getLogger()
    handlers, level, shows_faults = root.handlers[:], root.level, logging.raiseExceptions
    yield Staff(desk)
    logging.raiseExceptions = shows_faults
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def proved_by_reply(staff: Staff, person: MailProgram, script: Script) -> str:
    """The code line stays in the reply; staff say what that suffices for. Returns the reference."""
    letter = person.wait_for(lambda one: bool(CODE.search(words_of(one))), "a challenge")
    person.reply(letter, script.confirmation)
    reference = str(person.wait_for_status("received")["Rightsdesk-Case"])

    def answered() -> bool:
        (form,) = map(json.loads, staff.run("cases", "show", reference, "--json").splitlines())
        return any(one["kind"] == "challenge_answered" for one in form["identity"]["evidence"])

    wait_until(answered, what="the answer to the challenge")
    seen = ("--level", script.level, "--reason", "The address is in the product.")
    staff.by(SAM, "cases", "identity", reference, *seen)
    return reference


def fulfil(staff: Staff, reference: str, script: Script) -> None:
    """Staff plan, do what every system has to do, write the answer, and others approve it."""
    staff.by(SAM, "cases", "plan", reference)
    for task in staff.tasks():
        if task["kind"] == "carry_out" and task["case"] == reference:
            staff.by(SAM, "tasks", "done", str(task["id"]), "--evidence", "ticket 4711")
    done = f"Done as asked|product|{datetime.now(UTC).date().isoformat()}"
    granted = ("--decision", "granted", "--done", done)
    written = staff.by(SAM, "cases", "answer", reference, *script.right, *granted, *script.beside)
    (draft,) = IDS.findall(written)
    for approver in script.approvers:
        staff.by(approver, "drafts", "approve", draft)


def worked(desk: DeskProcess) -> int:
    with desk.look() as reading:
        found = list_messages(reading, outcomes=None, limit=100)
    return sum(one.outcome is not None for one in found)


def test_people_with_only_a_mail_program_get_what_they_ask_for(
    desk: DeskProcess, staff: Staff, world: World
) -> None:
    """In three languages; and one of them changes their mind, and their language."""
    for script in SCRIPTS:
        is_given_a_right(desk, staff, world, script)
    takes_it_back(staff, world)


def is_given_a_right(desk: DeskProcess, staff: Staff, world: World, script: Script) -> None:
    anne = MailProgram(f"anne.{script.language}@person.example", world)
    anne.write(world.desk_mailbox, "Request", script.wish)
    first = anne.wait_for_status("received")
    assert first["Content-Language"] == script.language
    reference = proved_by_reply(staff, anne, script)

    anne.reply(first, script.question)
    told = anne.wait_for_status("working")
    assert (told["In-Reply-To"] or "").startswith("<")
    assert script.working in flat(told)
    assert told["Rightsdesk-Case"] == reference

    fulfil(staff, reference, script)
    answer = anne.wait_for_status("fulfilled")
    assert answer["Content-Language"] == script.language
    assert "Auto-Submitted" not in answer
    wait_until(lambda: staff.state_of(reference) == "closed", what="the end of the case")

    letters, mails = len(anne.inbox()), worked(desk)
    anne.reply(answer, script.thanks)
    wait_until(lambda: worked(desk) == mails + 1, what="the last mail to be worked")
    assert len(anne.inbox()) == letters
    assert staff.state_of(reference) == "closed"
    assert not [task for task in staff.tasks() if task["kind"] == "look_at_message"]
    assert "http" not in words_of(told).replace("https://autocloz.example/privacy", "")


def takes_it_back(staff: Staff, world: World) -> None:
    bert = MailProgram("bert@person.example", world)
    bert.write(world.desk_mailbox, "Daten", "Bitte löschen Sie alle meine Daten.")
    first = bert.wait_for_status("received")
    bert.reply(first, "LANG fr")
    told = bert.wait_for(lambda one: one["Content-Language"] == "fr", "a letter in French")
    assert told["Rightsdesk-Status"] in {"working", "waiting_for_you"}
    bert.reply(told, "Ich ziehe meinen Antrag zurück. Danke, Bert")
    gone = bert.wait_for_status("withdrawn")
    assert gone["Content-Language"] == "fr"
    assert "Si vous changez d'avis" in flat(gone)
    reference = str(gone["Rightsdesk-Case"])
    wait_until(lambda: staff.state_of(reference) == "closed", what="the end of the case")
