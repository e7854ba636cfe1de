"""May a letter go out by itself? One function for every sender of mail (RFC 3834 section 2).

Two tables. NEVER: nothing goes out by itself and a person should think twice. WAIT: the letter is written and
waits as a draft for a person, inside the same five business days.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from privacy.messages import Authenticity, AuthenticityLevel

# "Unsubscribe" and "please delete my account and all my data" are written by many people on one day; a text of several
# sentences that comes word for word from a fourth address is one hand.
SHORT_TEXT = 120  # characters
ASCII_ENDS = 128
FEW_SIGNS = 32  # each is looked for in the whole text
MOST_COUNTED = 20_000  # characters: enough to tell texts apart
NEEDS_HUMAN = "classification-needs-human"  # against what a letter would say, not against writing to this person


class Permission(StrEnum):
    """SEND goes out by itself, WAIT is a draft for a person, NEVER is written only when a person asks for it."""

    SEND = "send"
    WAIT = "wait"
    NEVER = "never"


@dataclass(frozen=True, kw_only=True)
class AnswerDecision:
    """Whether a letter may go out by itself, with the codes of every row that was hit."""

    permission: Permission
    reasons: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class AnswerLimits:
    """How many automatic letters at most; a loop or a flood ends at these numbers whatever its headers say."""

    per_sender_per_day: int = 1
    per_proved_thread_per_day: int = 3
    per_domain_per_hour: int = 20
    per_shared_domain_per_hour: int = 200
    in_all_per_hour: int = 200
    per_text_per_day: int = 3
    per_short_text_per_day: int = 20


@dataclass(frozen=True, kw_only=True)
class AnswerHistory:
    """How many automatic letters went out already, counted in the transaction that queues the next one."""

    to_sender_today: int = 0
    to_domain_this_hour: int = 0
    in_all_this_hour: int = 0
    to_text_today: int = 0
    to_text_of_sender_today: int = 0


@dataclass(frozen=True, kw_only=True)
class AnswerFacts:
    """All that is known about the mail that would be answered."""

    sender_is_known: bool
    sender_is_ours: bool
    null_envelope: bool
    machine_signs: tuple[str, ...]
    suspected_spam: bool
    authenticity: Authenticity
    needs_human: bool
    proved_thread: bool
    shared_domain: bool
    short_text: bool = False
    wait_reasons: tuple[str, ...] = ()


def may_auto_respond(
    facts: AnswerFacts, history: AnswerHistory, limits: AnswerLimits
) -> AnswerDecision:
    """Return whether a letter may go out by itself. The strictest row that is hit decides; all are recorded."""
    never = tuple(reason for hit, reason in _never_rows(facts) if hit)
    wait = tuple(
        reason for hit, reason in (*_wait_rows(facts), *_limit_rows(facts, history, limits)) if hit
    )
    wait += facts.wait_reasons
    if never:
        return AnswerDecision(permission=Permission.NEVER, reasons=never + wait)
    if wait:
        return AnswerDecision(permission=Permission.WAIT, reasons=wait)
    return AnswerDecision(permission=Permission.SEND, reasons=("nothing-against-it",))


def _never_rows(facts: AnswerFacts) -> tuple[tuple[bool, str], ...]:
    return (
        # Answering a guess mails a stranger.
        (not facts.sender_is_known, "no-believable-sender"),
        # Two desks would answer each other for ever.
        (facts.sender_is_ours, "own-address"),
        # Never answer <> (RFC 3834 section 2).
        (facts.null_envelope, "null-envelope-sender"),
        # The domain's owner says that it is not theirs (RFC 7489): an answer is backscatter.
        (facts.authenticity.checked and facts.authenticity.dmarc == "fail", "dmarc-fail"),
        # An answer confirms the address to a spammer.
        (facts.suspected_spam, "suspected-spam"),
    )


def _wait_rows(facts: AnswerFacts) -> tuple[tuple[bool, str], ...]:
    aligned = facts.authenticity.level is AuthenticityLevel.ALIGNED
    return (
        # Services that send genuine requests look like newsletters: a person tells them apart.
        (bool(facts.machine_signs), "machine-or-list-signs"),
        # A forged From would make us mail a victim: a person sends inside the same five business days.
        (facts.authenticity.checked and not aligned, "sender-not-aligned"),
        # A wrong letter is worse than a later one.
        (facts.needs_human, NEEDS_HUMAN),
    )


def _limit_rows(
    facts: AnswerFacts, history: AnswerHistory, limits: AnswerLimits
) -> tuple[tuple[bool, str], ...]:
    sender_limit = (
        limits.per_proved_thread_per_day if facts.proved_thread else limits.per_sender_per_day
    )
    domain_limit = (
        limits.per_shared_domain_per_hour if facts.shared_domain else limits.per_domain_per_hour
    )
    text_limit = limits.per_short_text_per_day if facts.short_text else limits.per_text_per_day
    return (
        (history.to_sender_today >= sender_limit, "sender-limit"),
        (history.to_domain_this_hour >= domain_limit, "domain-limit"),
        (history.in_all_this_hour >= limits.in_all_per_hour, "overall-limit"),
        # A responder without any header gives itself away by repeating itself.
        (history.to_text_of_sender_today > 0, "same-text-today"),
        # One text under many addresses is a flood that makes us mail strangers, or a campaign: a person looks.
        (history.to_text_today >= text_limit, "text-limit"),
    )


class _Counted(dict[int, str]):
    """A translation table that looks at each character once: letters, marks and numbers stay, the rest is a blank."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        kept = character if unicodedata.category(character)[0] in "LMN" else " "
        self[code] = kept
        return kept


_COUNTED = _Counted()  # at most one entry for each Unicode code point
_ASCII = bytes(ord(_COUNTED[code]) if code < ASCII_ENDS else code for code in range(256))
_NOT_ASCII = re.compile(r"[^\x00-\x7f]+")


def counted_text(text: str, subject: str) -> str:
    """Return the words under which a mail's text is counted: of the subject, where there is no other text.

    Letters and numbers only, in one case: neither layout nor punctuation makes a text another one.
    """
    words = (text if text.strip() else subject)[:MOST_COUNTED]
    if words.isascii():  # the same as below, at a third of its price
        return " ".join(words.lower().encode().translate(_ASCII).decode().split())
    spelled = unicodedata.normalize("NFKC", words).casefold()
    return " ".join(_without_signs(spelled).split())


def _without_signs(text: str) -> str:
    """As a translation by the table, which is slow where one character is not ASCII: nearly all are."""
    octets = text.encode("utf-8", "surrogatepass").translate(_ASCII)
    plain = octets.decode("utf-8", "surrogatepass")
    signs = [
        sign for sign in set("".join(_NOT_ASCII.findall(plain))) if _COUNTED[ord(sign)] != sign
    ]
    if len(signs) > FEW_SIGNS:
        return plain.translate(_COUNTED)
    for sign in signs:
        plain = plain.replace(sign, " ")
    return plain


def is_short(counted: str) -> bool:
    """Say whether many people may honestly write this text, word for word."""
    return len(counted) < SHORT_TEXT
