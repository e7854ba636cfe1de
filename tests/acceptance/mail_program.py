"""People who have nothing but a mail program, and the mail servers between them and a desk that reads a real mailbox."""

import email
import email.policy
import json
import smtplib
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import formatdate
from itertools import count

from acceptance.desk_process import wait_until
from servers.dovecot import Dovecot
from servers.smtp_sink import SmtpSink

MX = "mx.autocloz.example"
_NUMBERS = count(1)


@dataclass
class World:
    """Carries mail: what the desk sends into people's mailboxes, what people send into the desk's."""

    dovecot: Dovecot
    desk_mailbox: str
    from_desk: SmtpSink
    from_people: SmtpSink
    _carried: list[int] = field(default_factory=lambda: [0, 0])

    def carry(self) -> None:
        """Deliver what is new. The desk's server says what it knows of a sender, as every provider's does."""
        letters = self.from_desk.letters[self._carried[0] :]
        mails = self.from_people.letters[self._carried[1] :]
        self._carried = [self._carried[0] + len(letters), self._carried[1] + len(mails)]
        for letter in letters:
            for recipient in letter.rcpt_tos:
                self.dovecot.deliver(letter.data, user=recipient)
        for mail in mails:
            domain = mail.mail_from.rpartition("@")[2]
            head = (
                f"Authentication-Results: {MX}; dkim=pass header.d={domain}; "
                f"dmarc=pass header.from={domain}\r\n"
                f"Received: from out.{domain} by {MX} with ESMTP; {formatdate()}\r\n"
            )
            self.dovecot.deliver(head.encode() + mail.data, user=self.desk_mailbox)


@dataclass
class MailProgram:
    """One person's mail program: it sends by SMTP, reads by IMAP, and replies as such programs do."""

    address: str
    world: World

    def write(self, to: str, subject: str, text: str, **headers: str) -> None:
        """Send a mail."""
        mail = EmailMessage()
        mail["From"] = self.address
        mail["To"] = to
        mail["Subject"] = subject
        mail["Message-ID"] = f"<{next(_NUMBERS)}.{self.address}>"
        mail["Date"] = formatdate()
        for name, value in headers.items():
            mail[name.replace("_", "-")] = value
        mail.set_content(text)
        with smtplib.SMTP("127.0.0.1", self.world.from_people.port, timeout=20) as client:
            client.sendmail(self.address, [to], mail.as_bytes(policy=email.policy.SMTP))
        self.world.carry()

    def reply(self, letter: EmailMessage, text: str) -> None:
        """Answer above the quoted letter; its code line, if it has one, stays where it was."""
        quoted = "\n".join(f"> {line}" for line in words_of(letter).splitlines())
        thread = f"{letter['References'] or ''} {letter['Message-ID']}".strip()
        self.write(
            str(letter["Reply-To"] or letter["From"]),
            f"Re: {letter['Subject']}".replace("Re: Re: ", "Re: "),
            f"{text}\n\nAm 1.1.2027 schrieb Autocloz:\n{quoted}\n",
            In_Reply_To=str(letter["Message-ID"]),
            References=thread,
        )

    def inbox(self) -> list[EmailMessage]:
        """Return all mail, the oldest first."""
        self.world.carry()
        with self.world.dovecot.login(self.address) as client:
            found = client.fetch(client.search(), ["BODY.PEEK[]"])
        raws = [found[uid][b"BODY[]"] for uid in sorted(found)]
        return [email.message_from_bytes(raw, policy=email.policy.default) for raw in raws]

    def wait_for(self, fits: Callable[[EmailMessage], bool], what: str) -> EmailMessage:
        """Return the newest letter that fits, once there is one."""

        def found() -> EmailMessage | None:
            return next((letter for letter in reversed(self.inbox()) if fits(letter)), None)

        letter = wait_until(found, what=f"{what} for {self.address}")
        assert isinstance(letter, EmailMessage)
        return letter

    def wait_for_status(self, status: str) -> EmailMessage:
        """Return the letter that says for programs that a request stands so; header and JSON part say the same."""
        letter = self.wait_for(lambda one: one["Rightsdesk-Status"] == status, status)
        told = json.loads(letter.get_payload(1).get_content())
        assert (told["case"], told["status"]) == (letter["Rightsdesk-Case"], status)
        return letter


def words_of(letter: EmailMessage) -> str:
    """Return the text that a person reads."""
    part = letter.get_body(("plain",))
    assert part is not None
    return part.get_content()


def flat(letter: EmailMessage) -> str:
    """Return the same without its line breaks."""
    return " ".join(words_of(letter).split())
