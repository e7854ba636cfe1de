"""Delivery reports for tests: the cast, a letter of ours, reports in words, and what is read from them."""

from casework_values import mail
from intake.bounces import read_report
from intake.parse import parse_message
from privacy.deliveries import BounceReason, DeliveryReport, Fate

ANNE, BEA = "anne@person.example", "bea@person.example"
OURS = f"<c.{'0' * 26}.{'1' * 16}@autocloz.example>"
ORIGINAL = (
    "Received: from desk.example by out.example; Mon, 23 Nov 2026 12:00:00 +0000\r\n"
    "From: Autocloz privacy desk <privacy@autocloz.example>\r\n"
    f"To: {ANNE}\r\nSubject: We have your request\r\nMessage-ID: {OURS}\r\n"
)


def read(raw: bytes) -> DeliveryReport:
    return read_report(raw, parse_message(raw))


def words(text: str, **headers: str) -> bytes:
    """A report that is nothing but words."""
    head = {
        "From": "Mail Delivery System <mailer-daemon@mx.person.example>",
        "To": "privacy@autocloz.example",
        "Subject": "Mail could not be delivered",
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Transfer-Encoding": "8bit",
    } | {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [f"{name}: {value}" for name, value in head.items()]
    return "\r\n".join([*lines, "", *text.split("\n"), ""]).encode()


def told(raw: bytes) -> list[tuple[str | None, Fate, BounceReason]]:
    return [(one.recipient, one.fate, one.reason) for one in read(raw).recipients]


FAILED, DELAYED = Fate.FAILED, Fate.DELAYED
UNKNOWN, FULL = BounceReason.USERUNKNOWN, BounceReason.MAILBOXFULL
NO_USER = ("failed", "5.1.1", "550 5.1.1 no such user")


def report(
    *groups: tuple[str, tuple[str, str, str]], returned: str = "", number: int = 9, **headers: str
) -> bytes:
    """A delivery report, each group a recipient with action, status and diagnostic."""
    fields = [
        f"Final-Recipient: rfc822; {who}\r\nAction: {action}\r\nStatus: {status}\r\n"
        f"Diagnostic-Code: smtp; {said}"
        for who, (action, status, said) in groups
    ]
    status = "\r\n\r\n".join(["Reporting-MTA: dns; mx.person.example", *fields])
    parts = [
        "Content-Type: text/plain\r\n\r\nYour message could not be delivered.",
        f"Content-Type: message/delivery-status\r\n\r\n{status}\r\n",
    ]
    if returned:
        parts.append(f"Content-Type: text/rfc822-headers\r\n\r\n{returned}")
    body = "".join(f"--b\r\n{part}\r\n" for part in parts) + "--b--"
    usual = {
        "From": "mailer-daemon@mx.person.example",
        "Subject": "Undelivered Mail Returned to Sender",
        "Content_Type": "multipart/report; report-type=delivery-status; boundary=b",
    }
    return mail(body, number=number, **(usual | headers))
