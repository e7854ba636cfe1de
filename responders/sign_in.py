"""The letter with the link by which a member of staff signs in."""

from __future__ import annotations

from datetime import datetime

from privacy.cases import Role
from privacy.messages import Letter
from responders.frame import language_of
from responders.settings import DeskIdentity
from templates import OUR_BOOK, Book, write_letter
from templates.fields.kinds import Frame, Url
from templates.fields.reports import StaffSignIn

NOT_SHOWN = "-"  # the letter is declared without a reference: it belongs to no case


def write_sign_in(
    desk: DeskIdentity, url: str, *, language: str, expires_at: datetime, book: Book = OUR_BOOK
) -> Letter:
    """Return the letter, in the language of its reader or in English. Raises Permanent for a link that cannot stand in it."""
    spoken, fallback = language_of(language, StaffSignIn.letter)
    frame = Frame(
        reference=NOT_SHOWN,
        role=Role.CONTROLLER,
        legal_name=desk.legal_name,
        postal_address=desk.postal_address,
        dpo_name_or_function=desk.dpo_name_or_function,
        dpo_contact=desk.dpo_contact,
        policy_url=Url(desk.policy_url),
        fallback_language=fallback[0],
        fallback_line=fallback[1],
    )
    return write_letter(StaffSignIn(url=Url(url), expires_at=expires_at), frame, spoken, book=book)
