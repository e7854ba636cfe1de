"""The acknowledgement: what we understood of a mail, and by when the answer comes.

It says nothing of what we hold, quotes nothing of the mail (not even the writer's name, which anybody can forge),
and promises an answer, never an outcome.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from privacy.cases import Case, RequestItem
from privacy.errors import Permanent
from privacy.messages import Letter
from privacy.rights import Right, Scope
from responders.settings import DeskIdentity
from templates import Words, available, fallback_line, render_letter, words_of

KIND = "acknowledgement"
ENGLISH = "en"


class Variant(StrEnum):
    """Which of the wordings fits: the first mail, more rights later, no right in it, or words nobody could read."""

    FIRST = "first"
    ADDED = "added"
    NO_RIGHT = "no_right"
    UNREADABLE = "unreadable"


def draft_acknowledgement(case: Case, added: Sequence[RequestItem], desk: DeskIdentity) -> Letter:
    """Return the letter that acknowledges the mail which added these rights to the case.

    It is in the language of the case where a letter in it exists, else in English with one line in theirs.
    Raises Permanent while the desk does not say who it is.
    """
    if desk.missing:
        raise Permanent(f"no letter can say who we are: desk.{desk.missing[0]} is not set")
    language, fallback = _language_of(case)
    context = {
        **_frame(case, desk),
        **_understood(case, added, words_of(language)),
        "fallback_language": fallback[0],
        "fallback_line": fallback[1],
    }
    return render_letter(KIND, language, context)


def _language_of(case: Case) -> tuple[str, tuple[str, str]]:
    """The language to write in, and (language, line) in the writer's own tongue where that is another one."""
    primary = case.language.partition("-")[0].lower()
    if primary in available(KIND):
        return primary, ("", "")
    return ENGLISH, fallback_line(primary) or ("", "")


def _frame(case: Case, desk: DeskIdentity) -> dict[str, object]:
    return {
        "reference": case.reference,
        "role": case.role.value,
        "legal_name": desk.legal_name,
        "postal_address": desk.postal_address,
        "dpo_name_or_function": desk.dpo_name_or_function,
        "dpo_contact": desk.dpo_contact,
        "policy_url": desk.policy_url,
    }


def _understood(case: Case, added: Sequence[RequestItem], words: Words) -> dict[str, object]:
    received_at = added[0].received_at if added else case.received_at
    zone = (
        min(added, key=lambda item: item.due.expires_at).due.zone
        if added
        else case.acknowledge.zone
    )
    return {
        "variant": _variant(case, added).value,
        "received_on": words.date_in_words(_local_date(received_at, zone)),
        "received_zone": words.zone_in_words(zone),
        "acknowledge_by": words.date_in_words(case.acknowledge.on),
        "rights": tuple(
            (words.right_in_words(item.right, item.scope), words.date_in_words(item.due.on))
            for item in added
        ),
        "marketing_stopped_by": _marketing_stopped_by(added, words),
    }


def _variant(case: Case, added: Sequence[RequestItem]) -> Variant:
    if added:
        return Variant.FIRST if len(added) == len(case.items) else Variant.ADDED
    return Variant.NO_RIGHT if case.stub_reason is None else Variant.UNREADABLE


def _marketing_stopped_by(added: Sequence[RequestItem], words: Words) -> str:
    """The last day for stopping marketing (GDPR Art. 21(3): no balancing, no proof), empty where nobody objects."""
    for item in added:
        if item.key == (Right.OBJECTION, Scope.MARKETING):
            return words.date_in_words(item.due.on)
    return ""


def _local_date(instant: datetime, zone: str) -> date:
    return instant.astimezone(ZoneInfo(zone)).date()
