"""The letter that tells a later date, with its reason, before the first one is over (GDPR Art. 12(3))."""

from __future__ import annotations

from datetime import date

from privacy.cases import Case, RequestItem
from privacy.messages import Letter
from responders.frame import frame_of, language_of
from responders.settings import DeskIdentity
from templates import render_letter, words_of

KIND = "extension"


def draft_extension(
    case: Case, item: RequestItem, desk: DeskIdentity, *, due_on: date, ground: str
) -> Letter:
    """Return the letter that moves the answer to this right to `due_on`, in the language of the case where there is one.

    Raises Permanent while the desk does not say who it is.
    """
    language, fallback = language_of(case, KIND)
    words = words_of(language)
    context = {
        **frame_of(case, desk, fallback),
        "what": words.right_in_words(item.right, item.scope),
        "before": words.date_in_words(item.due.on),
        "due_on": words.date_in_words(due_on),
        "ground": ground,
    }
    return render_letter(KIND, language, context)
