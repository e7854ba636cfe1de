"""Words for our own people: plain text without the frame of a letter, on the ways by which alarms are told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from jinja2 import TemplateError, TemplateNotFound

from privacy.errors import Permanent
from templates.render import environment

ENGLISH = "en"
MOST_ENTRIES = 40  # who gets more than that reads a list


class StaffLetter(StrEnum):
    """The letters to staff that exist, by the names of their files."""

    REMINDERS = "reminders"
    ESCALATION = "escalation"


@dataclass(frozen=True, kw_only=True)
class StaffEntry:
    """One clock as our people read it: codes and dates, never the name, address or words of a person."""

    reference: str
    what: str
    due_on: str
    zone: str
    left: str
    law: str
    waiting: str
    reason: str
    audience: str
    facts: tuple[str, ...]
    why: tuple[str, ...]
    next_action: str
    question: str


def staff_language(letter: StaffLetter, wanted: str) -> str:
    """Return the language in which the letter is written for somebody who reads this one."""
    try:
        environment().get_template(f"staff/{wanted}/{letter}.txt")
    except TemplateNotFound:
        return ENGLISH
    return wanted


def render_staff_letter(
    letter: StaffLetter, entries: Sequence[StaffEntry], *, language: str = ENGLISH
) -> tuple[str, str]:
    """Return subject and text; more than 40 entries are counted, not listed. Raises Permanent.

    A letter that is not written in the language (`staff/de/reminders.txt`) is in English.
    """
    shown = entries[:MOST_ENTRIES]
    values: Mapping[str, object] = {"entries": shown, "more": len(entries) - len(shown)}
    try:
        names = [f"staff/{language}/{letter}.txt", f"staff/{letter}.txt"]
        text = environment().select_template(names).render(values)
    except (TemplateError, OSError) as error:
        raise Permanent(f"staff letter {letter}: {type(error).__name__}") from None
    subject, _, body = text.partition("\n")
    return subject.strip(), body.strip() + "\n"
