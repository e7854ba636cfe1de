"""What a mail server's answer means for the letter, in words without anybody's address."""

from __future__ import annotations

import re
import ssl

from aiosmtplib import SMTPException, SMTPResponse, SMTPResponseException, SMTPTimeoutError

from privacy.errors import Permanent, PrivacyError, Retryable
from privacy.ports import SendReceipt

LONGEST_ANSWER = 200
ENHANCED_CODE = re.compile(r"\s*([245]\.\d{1,3}\.\d{1,3})\b")
ADDRESS = re.compile(r"\S+@\S+")
QUEUE_ID = re.compile(
    r"(?:queued as|queued mail|\bid=)[\s:]*([A-Za-z0-9._-]{4,100})", re.IGNORECASE
)
NOT_PRINTABLE = re.compile(r"[^ -~]+")
# The server wants TLS or a login: true for every letter, so it condemns none (RFC 4954 section 6, RFC 3207).
WANTS_OTHER_SESSION = frozenset((530, 534, 535, 538))


def refusal(verb: str, answer: SMTPResponse) -> PrivacyError:
    """Return Permanent for a letter that will never be taken, Retryable for one that may be later."""
    reason = f"smtp {verb}: {answer.code}{_enhanced(answer.message)}"
    if answer.code // 100 == 5 and answer.code not in WANTS_OTHER_SESSION:  # noqa: PLR2004 - RFC 5321 section 4.2.1
        return Permanent(reason)
    return Retryable(reason)


def session_trouble(error: Exception) -> PrivacyError:
    """Return what kept us from a session: Permanent where only a changed setting helps, else Retryable."""
    if isinstance(error.__cause__, ssl.SSLCertVerificationError) or isinstance(
        error, ssl.SSLCertVerificationError
    ):
        return Permanent("smtp: the server's certificate is not trusted")
    if isinstance(error, SMTPResponseException):
        answer = SMTPResponse(error.code, error.message)
        reason = f"smtp session: {error.code}{_enhanced(answer.message)}"
        return Permanent(reason) if error.code // 100 == 5 else Retryable(reason)  # noqa: PLR2004
    if isinstance(
        error, OSError | SMTPTimeoutError
    ):  # a lost or refused connection is an OSError too
        return Retryable(f"smtp: no connection, {type(error).__name__}")
    if isinstance(error, SMTPException):  # aiosmtplib says so without an answer's code
        return Permanent("smtp: the server does not offer what security or username ask for")
    return Retryable(f"smtp: {type(error).__name__}")


def to_receipt(answer: SMTPResponse, recipient: str) -> SendReceipt:
    """Return the server's id for the letter and its answer in one line, addresses taken out."""
    line = NOT_PRINTABLE.sub(" ", answer.message)
    for name in (recipient, recipient.rpartition("@")[0]):
        line = line.replace(name, "…")
    line = ADDRESS.sub("…", line)
    queued = QUEUE_ID.search(line)
    return SendReceipt(
        provider_id=queued[1] if queued else None, answer=f"{answer.code} {line}"[:LONGEST_ANSWER]
    )


def _enhanced(message: str) -> str:
    code = ENHANCED_CODE.match(message)
    return f" {code[1]}" if code else ""
