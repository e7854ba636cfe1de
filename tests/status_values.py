"""A person's own page with everything on it that can stand there."""

from __future__ import annotations

from datetime import date

from privacy.person_status import PersonStatus, SentKind, SentLetter, ToldRight, WaitsFor
from privacy.rights import Right
from privacy.stands import Stand

DAY = date(2027, 3, 31)
STANDS = (
    (Stand.WORKING, WaitsFor.US),
    (Stand.WORKING, WaitsFor.CUSTOMER),
    (Stand.WORKING, WaitsFor.SYSTEM),
    (Stand.WAITING_FOR_YOU, WaitsFor.YOU),
    (Stand.RESTING, WaitsFor.YOU),
    (Stand.ANSWERED, WaitsFor.NOBODY),
    (Stand.WITHDRAWN, WaitsFor.NOBODY),
)


def everything() -> PersonStatus:
    rights = tuple(
        ToldRight(
            right=right,
            scope=None,
            stand=stand,
            waits_for=who,
            answer_by=DAY if stand is Stand.WORKING else None,
        )
        for right, (stand, who) in zip(Right, STANDS, strict=False)
    )
    sent = tuple(SentLetter(kind=kind, on=DAY) for kind in SentKind)
    return PersonStatus(
        reference="PR-2027-KXWQ4T", received_on=date(2027, 3, 1), rights=rights, sent=sent
    )
