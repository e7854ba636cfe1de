"""The letter that answers one right: what was done, what is kept, what was not done and why (GDPR Art. 12(3) and (4))."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from privacy.cases import Case, RequestItem
from privacy.messages import Letter
from privacy.retention import KeptLine
from privacy.work import Decision
from responders.frame import frame_of, language_of
from responders.settings import DeskIdentity
from templates import render_letter, words_of
from templates.vocabulary import Words

TEMPLATE = "answer"
KINDS = {
    Decision.GRANTED: "completion",
    Decision.PARTLY: "partial_refusal",
    Decision.REFUSED: "refusal",
}


@dataclass(frozen=True, kw_only=True)
class DoneLine:
    """One thing that was done: what, in which system, on which day."""

    what: str
    where: str
    on: date


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the letter says about one right; `ground` is empty where everything was granted."""

    decision: Decision
    done: Sequence[DoneLine] = ()
    kept: Sequence[KeptLine] = ()
    ground: str = field(default="", repr=False)


def draft_answer(case: Case, item: RequestItem, desk: DeskIdentity, answer: Answer) -> Letter:
    """Return the letter, in the language of the case where there is one; its kind follows from the decision.

    Raises Permanent while the desk does not say who it is.
    """
    language, fallback = language_of(case, TEMPLATE)
    words = words_of(language)
    context = {
        **frame_of(case, desk, fallback),
        "what": words.right_in_words(item.right, item.scope),
        "decision": str(answer.decision),
        "done": [
            {"what": one.what, "where": one.where, "on": words.date_in_words(one.on)}
            for one in answer.done
        ],
        "kept": [
            {
                "category": line.category,
                "law": line.law,
                "purpose": line.purpose,
                "until": _until(line.until, words),
            }
            for line in answer.kept
        ],
        "ground": answer.ground,
    }
    letter = render_letter(TEMPLATE, language, context)
    return replace(letter, kind=KINDS[answer.decision])


def _until(until: str, words: Words) -> str:
    """A day is written out; a criterion stands as it is."""
    try:
        return words.date_in_words(date.fromisoformat(until))
    except ValueError:
        return until
