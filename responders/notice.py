"""The notice of a policy change for the readers of each language: no word in it is about one person, so one is enough."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from privacy.cases import Role
from privacy.errors import Permanent
from privacy.notices import ChangeRow, NoticeLetter, NoticeTerms, NoticeWords
from responders.settings import DeskIdentity
from templates import OUR_BOOK, Book, available, fallback_line, write_letter
from templates.fields.kinds import Frame, Url, Zone
from templates.fields.owners import PolicyChange, PolicyNotice
from templates.vocabulary import fallback_languages

KIND = PolicyNotice.letter


def write_notices(
    words: Mapping[str, NoticeWords],
    terms: NoticeTerms,
    versions: tuple[str, str],
    desk: DeskIdentity,
    *,
    leading: str,
    book: Book = OUR_BOOK,
) -> list[NoticeLetter]:
    """Return a letter for readers of each language; `versions` are the old one and the new one.

    Whoever reads a language in which the author wrote nothing gets the leading one, with a line in their own where
    there is one. Raises Permanent while the desk does not say who it is, for a language without words in our letters,
    and for a value that cannot stand in a letter.
    """
    if desk.missing:
        raise Permanent(f"no letter can say who we are: desk.{desk.missing[0]} is not set")
    unknown = sorted(set(words) - set(available(KIND)))
    if unknown:
        raise Permanent(f"no notice can be written in {unknown[0]}: our letters do not speak it")
    letters = [
        _letter(reader, reader, (words[reader], terms, versions), desk, book)
        for reader in sorted(words)
    ]
    if leading == "en":  # the line says that we answer in English
        others = sorted(set(fallback_languages()) - set(words))
        about = (words[leading], terms, versions)
        letters += [_letter(reader, leading, about, desk, book) for reader in others]
    return letters


def _letter(
    reader: str,
    language: str,
    about: tuple[NoticeWords, NoticeTerms, tuple[str, str]],
    desk: DeskIdentity,
    book: Book,
) -> NoticeLetter:
    words, terms, (old, new) = about
    fields = PolicyNotice(
        new_version=new,
        old_version=old,
        new_url=Url(terms.new_url),
        old_url=Url(terms.old_url),
        choices_url=Url(terms.choices_url),
        effective_on=terms.effective_on,
        zone=Zone(terms.zone),
        why=words.why,
        asks_consent=terms.asks_consent,
        changes=_rows(words.changes),
    )
    fallback = ("", "") if reader == language else fallback_line(reader) or ("", "")
    return NoticeLetter(
        reader=reader, letter=write_letter(fields, _frame(desk, new, fallback), language, book=book)
    )


def _rows(changes: Sequence[ChangeRow]) -> tuple[PolicyChange, ...]:
    return tuple(
        PolicyChange(before=one.before, after=one.after, effect=one.effect, action=one.action)
        for one in changes
    )


def _frame(desk: DeskIdentity, version: str, fallback: tuple[str, str]) -> Frame:
    return Frame(
        reference=version,
        role=Role.CONTROLLER,
        legal_name=desk.legal_name,
        postal_address=desk.postal_address,
        dpo_name_or_function=desk.dpo_name_or_function,
        dpo_contact=desk.dpo_contact,
        policy_url=Url(desk.policy_url),
        fallback_language=fallback[0],
        fallback_line=fallback[1],
    )
