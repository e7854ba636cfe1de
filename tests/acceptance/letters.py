"""Mails that people write in acceptance tests, and a way to hand them to the listener."""

import smtplib


def erasure(
    sender: str, message_id: str, *, to: str = "privacy@autocloz.example", note: str = ""
) -> bytes:
    """A plain request for erasure."""
    return "\r\n".join(
        [
            f"From: {sender}",
            f"To: {to}",
            "Subject: My data",
            f"Message-ID: {message_id}",
            "Content-Type: text/plain; charset=utf-8",
            "",
            "Please delete all personal data that you hold about me.",
            note,
            "",
        ]
    ).encode()


def out_of_office(sender: str) -> bytes:
    """An automatic reply."""
    return "\r\n".join(
        [
            f"From: {sender}",
            "To: privacy@autocloz.example",
            "Subject: Automatic reply: Your request",
            "Message-ID: <ooo@customer.example>",
            "Auto-Submitted: auto-replied",
            "",
            "I am away until Monday.",
            "",
        ]
    ).encode()


def send(port: int, sender: str, recipient: str, raw: bytes) -> None:
    """Hand one mail to an SMTP listener; raises when it is not taken."""
    with smtplib.SMTP("127.0.0.1", port, timeout=20) as client:
        client.sendmail(sender, [recipient], raw)
