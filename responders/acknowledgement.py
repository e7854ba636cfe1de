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
from privacy.messages import Letter
from privacy.rights import Right, Scope
from responders.frame import frame_of, language_of
from responders.settings import DeskIdentity
from templates import Words, render_letter, words_of

KIND = "acknowledgement"


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
    language, fallback = language_of(case, KIND)
    context = {
        **frame_of(case, desk, fallback),
        **_understood(case, added, words_of(language)),
    }
    return render_letter(KIND, language, context)


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
