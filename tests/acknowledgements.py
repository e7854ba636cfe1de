"""Acknowledgements as the example desk writes them: one named situation, one letter."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from core_values import IDENTIFIERS, claim, counter, origin
from privacy.cases import Case, add_message, added_items, open_case, open_stub
from privacy.messages import Letter
from privacy.rights import Classification, Lane, Right, Scope
from regimes import load_regimes
from responders.acknowledgement import draft_acknowledgement
from responders.settings import DeskIdentity
from templates import languages

GOLDEN = Path(__file__).parent / "templates" / "golden"
AUTOCLOZ = DeskIdentity(
    name="Autocloz Privacy Desk",
    legal_name="Autocloz Technologies Private Limited",
    postal_address="12 Example Road, Mumbai 400001, India",
    dpo_name_or_function="Data Protection Officer",
    dpo_contact="dpo@autocloz.example",
    policy_url="https://autocloz.example/privacy",
)
LAWS = load_regimes(("house", "gdpr"))
RECEIVED = datetime(2027, 2, 28, 23, 30, tzinfo=UTC)
LATER = datetime(2027, 3, 10, 9, 0, tzinfo=UTC)

Asked = tuple[Right, Scope | None]
SITUATIONS: Mapping[str, tuple[Asked, ...]] = {
    "one-right": ((Right.ERASURE, None),),
    "several-rights": ((Right.ACCESS, None), (Right.ERASURE, None), (Right.PORTABILITY, None)),
    "marketing": ((Right.OBJECTION, Scope.MARKETING),),
    "marketing-and-more": ((Right.OBJECTION, Scope.MARKETING), (Right.ERASURE, None)),
    "no-right": (),
}
ADDED, UNREADABLE = "added-later", "unreadable"
NAMES = (*SITUATIONS, ADDED, UNREADABLE)
EVERY_REQUEST: tuple[Asked, ...] = (
    *((right, None) for right in Right),
    *((Right.OBJECTION, scope) for scope in Scope),
)


def case_asking(*asked: Asked, language: str = "en") -> Case:
    lane = Lane.RIGHTS if asked else Lane.COMPLAINT
    claims = tuple(claim(right, scope) for right, scope in asked)
    mail = replace(origin(received_at=RECEIVED), language=language)
    found = Classification(lane=lane, rights=claims)
    return open_case(IDENTIFIERS, mail, found, regimes=LAWS, new_id=counter())


def case_asking_more(language: str) -> tuple[Case, Case]:
    """Return a case for a copy, and the same case after a second mail that asks for erasure too."""
    before = case_asking((Right.ACCESS, None), language=language)
    found = Classification(lane=Lane.RIGHTS, rights=(claim(Right.ACCESS), claim(Right.ERASURE)))
    mail = origin(mail=2, received_at=LATER)
    return before, add_message(before, mail, found, regimes=LAWS, new_id=counter(200))


def unreadable_case(language: str) -> Case:
    mail = replace(origin(received_at=RECEIVED), language=language)
    return open_stub(IDENTIFIERS, mail, "encrypted", regimes=LAWS)


def letter_for(name: str, language: str) -> Letter:
    if name == ADDED:
        before, after = case_asking_more(language)
        return draft_acknowledgement(after, added_items(before, after), AUTOCLOZ)
    if name == UNREADABLE:
        return draft_acknowledgement(unreadable_case(language), (), AUTOCLOZ)
    case = case_asking(*SITUATIONS[name], language=language)
    return draft_acknowledgement(case, case.items, AUTOCLOZ)


def dates_for(name: str, language: str = "en") -> tuple[frozenset[date], frozenset[date]]:
    """Return the stored dates that the letter must name, and the day of receipt."""
    if name == ADDED:
        before, after = case_asking_more(language)
        due = {item.due.on for item in added_items(before, after)}
        return frozenset(due), frozenset({LATER.date()})
    if name == UNREADABLE or not SITUATIONS[name]:
        return frozenset({unreadable_case(language).acknowledge.on}), frozenset({RECEIVED.date()})
    case = case_asking(*SITUATIONS[name])
    return frozenset(item.due.on for item in case.items), frozenset({RECEIVED.date()})


def write_golden_letters() -> None:
    """Write every letter down as it is today; a person reads the difference before it is committed."""
    GOLDEN.mkdir(exist_ok=True)
    for name, language in [
        *((name, language) for name in NAMES for language in ("en", "de")),
        *(("one-right", language) for language in (*languages(), "fi")),
    ]:
        letter = letter_for(name, language)
        path = GOLDEN / f"{name}.{language}"
        path.with_name(f"{path.name}.txt").write_text(
            f"Subject: {letter.subject}\n\n{letter.text}", encoding="utf-8"
        )
        path.with_name(f"{path.name}.html").write_text(letter.html, encoding="utf-8")


if __name__ == "__main__":
    write_golden_letters()
