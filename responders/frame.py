"""What every letter has in common: its language, who we are, which case it is about."""

from __future__ import annotations

from privacy.cases import Case, RequestItem
from privacy.errors import Permanent
from privacy.messages import Letter
from responders.settings import DeskIdentity
from templates import OUR_BOOK, Book, available, fallback_line, write_letter
from templates.fields.kinds import AskedRight, Frame, LetterFields, Url

ENGLISH = "en"


def write_for(
    case: Case, fields: LetterFields, desk: DeskIdentity, book: Book = OUR_BOOK
) -> Letter:
    """Return this letter about this case, in its language where the letter exists in it, else in English.

    A reader of another language is told so in one line of theirs. Raises Permanent while the desk does not say who
    it is, and for a value that cannot stand in a letter.
    """
    language, fallback = language_of(case.language, fields.letter)
    return write_letter(fields, frame_of(case, desk, fallback), language, book=book)


def language_of(wanted: str, kind: str) -> tuple[str, tuple[str, str]]:
    """The language to write in, and (language, line) in the reader's own tongue where that is another one."""
    primary = wanted.partition("-")[0].lower()
    if primary in available(kind):
        return primary, ("", "")
    return ENGLISH, fallback_line(primary) or ("", "")


def frame_of(case: Case, desk: DeskIdentity, fallback: tuple[str, str]) -> Frame:
    """Return what stands around the letter. Raises Permanent while the desk does not say who it is."""
    if desk.missing:
        raise Permanent(f"no letter can say who we are: desk.{desk.missing[0]} is not set")
    return Frame(
        reference=case.reference,
        role=case.role,
        legal_name=desk.legal_name,
        postal_address=desk.postal_address,
        dpo_name_or_function=desk.dpo_name_or_function,
        dpo_contact=desk.dpo_contact,
        policy_url=Url(desk.policy_url),
        fallback_language=fallback[0],
        fallback_line=fallback[1],
    )


def asked_right(item: RequestItem) -> AskedRight:
    """Return the right of a case as a letter names it."""
    return AskedRight(right=item.right, scope=item.scope)
