"""The letter that answers one right: what was done, what is kept, what was not done and why (GDPR Art. 12(3) and (4))."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from zoneinfo import ZoneInfo

from privacy.annex import Annex
from privacy.case_stands import BY_DECISION
from privacy.cases import Case, RequestItem
from privacy.messages import Letter
from privacy.retention import KeptLine
from privacy.rights import Right, Scope
from privacy.stands import CaseStand, RightStand
from privacy.work import Decision
from responders.downloads import Enclosed
from responders.frame import asked_right, write_for
from responders.settings import DeskIdentity
from templates import OUR_BOOK, Book
from templates.fields.answers import (
    AccessGiven,
    Completion,
    DataCategory,
    Erased,
    Ground,
    ObjectionHeeded,
    PartialRefusal,
    Ported,
    Reason,
    Refusal,
)
from templates.fields.kinds import Done, LetterFields, Passed, Remedies, Retained, Url

__all__ = ["ARTICLES", "DECISIONS", "Answer", "Done", "Ground", "Passed", "Reason", "draft_answer"]

COMPLETION = Completion.letter
DECISIONS = (Decision.GRANTED, Decision.PARTLY, Decision.REFUSED)
# The provision that a ground rests on under the GDPR, for letters that name no other one.
ARTICLES = {
    Ground.IDENTITY: "GDPR Art. 11(2), 12(6)",
    Ground.NOT_OURS: "GDPR Art. 28(3)",
    Ground.EXCESSIVE: "GDPR Art. 12(5)",
    Ground.OTHERS: "GDPR Art. 15(4)",
    Ground.PRIVILEGE: "GDPR Art. 23(1)",
    Ground.DUTY: "GDPR Art. 17(3)(b)",
    Ground.NO_RIGHT: "GDPR Art. 12(4)",
}


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the letter says about one right. `reason` None: everything was granted, or what is kept is the reason.

    `backups_until` is the day on which the last backup is overwritten; only an erasure tells it. `enclosed` is the
    package with the data. `passed`: the same request was passed on to customers who hold data of the same person. `annex`
    tells what is done with the data of a copy.
    """

    decision: Decision
    backups_until: date
    done: Sequence[Done] = ()
    kept: Sequence[KeptLine] = ()
    reason: Reason | None = field(default=None, repr=False)
    remedies: Remedies | None = None
    enclosed: Enclosed | None = None
    passed: Passed | None = None
    annex: Annex | None = None

    @property
    def days(self) -> tuple[date, ...]:
        """The days that the letter can name, besides those of its case."""
        told = self.remedies.days if self.remedies else ()
        waits = (self.enclosed.expires_on,) if self.enclosed else ()
        done = (one.on for one in self.done)
        return (self.backups_until, *waits, *done, *_ends(self.kept), *told)


def draft_answer(
    case: Case, item: RequestItem, desk: DeskIdentity, answer: Answer, book: Book = OUR_BOOK
) -> Letter:
    """Return the letter in the language of the case where it exists in it; its kind follows from what it says.

    Raises Permanent while the desk does not say who it is; ValueError where it decides without remedies.
    """
    return write_for(case, _fields(case, item, answer), desk, book)


def stand_decided(item: RequestItem, answer: Answer) -> CaseStand:
    """Return what the same letter says for programs: what was decided about the right, and the sort of a refusal."""
    told = RightStand(
        right=item.right,
        scope=item.scope,
        stand=BY_DECISION[answer.decision],
        ground=None if answer.reason is None else str(answer.reason.ground),
    )
    return CaseStand(received_on=_received_on(item), rights=(told,))


def _fields(case: Case, item: RequestItem, answer: Answer) -> LetterFields:
    if answer.decision is Decision.GRANTED:
        return _completion(case, item, answer)
    if answer.remedies is None:
        raise ValueError("a letter that decides says what can be done against it")
    if answer.reason is not None:
        return Refusal(
            received_on=_received_on(item),
            what=asked_right(item),
            reasons=(answer.reason,),
            remedies=answer.remedies,
            done=tuple(answer.done),
            download_url=_url(case, answer, Refusal.letter),
            expires_on=answer.enclosed.expires_on if answer.enclosed else None,
            passed=answer.passed,
        )
    return PartialRefusal(
        received_on=_received_on(item),
        done=tuple(answer.done),
        retained=_retained(answer.kept),
        remedies=answer.remedies,
        passed=answer.passed,
    )


def _completion(case: Case, item: RequestItem, answer: Answer) -> Completion:
    done = tuple(answer.done)
    is_erasure = item.right is Right.ERASURE
    ported = _ported(case, item, answer)
    is_switched_off = item.right is Right.OBJECTION and item.scope is not Scope.MARKETING
    return Completion(
        received_on=_received_on(item),
        asked=(asked_right(item),),
        done=() if is_erasure or is_switched_off or ported else done,
        access=_access(case, item, answer),
        portability=ported,
        erasure=Erased(done=done, backups_until=answer.backups_until) if is_erasure else None,
        objection=ObjectionHeeded(done=done) if is_switched_off else None,
        retained=_retained(answer.kept),
        remedies=answer.remedies,
        passed=answer.passed,
    )


def _access(case: Case, item: RequestItem, answer: Answer) -> AccessGiven | None:
    if answer.enclosed is None or item.right is not Right.ACCESS:
        return None
    annex = answer.annex or Annex()
    return AccessGiven(
        searched=tuple(dict.fromkeys(one.where for one in answer.done)),
        download_url=_url(case, answer, Completion.letter),
        expires_on=answer.enclosed.expires_on,
        categories=tuple(DataCategory(**asdict(line)) for line in annex.lines),
        safeguards=annex.safeguards,
        automated=annex.automated,
    )


def _ported(case: Case, item: RequestItem, answer: Answer) -> Ported | None:
    url = _url(case, answer, Completion.letter)
    if answer.enclosed is None or url is None or item.right is not Right.PORTABILITY:
        return None
    return Ported(
        download_url=url,
        expires_on=answer.enclosed.expires_on,
        formats=answer.enclosed.formats,
        data=tuple(dict.fromkeys(one.what for one in answer.done)),
    )


def _url(case: Case, answer: Answer, kind: str) -> Url | None:
    return None if answer.enclosed is None else answer.enclosed.url_in(case, kind)


def _received_on(item: RequestItem) -> date:
    return item.received_at.astimezone(ZoneInfo(item.due.zone)).date()


def _retained(kept: Sequence[KeptLine]) -> tuple[Retained, ...]:
    return tuple(
        Retained(
            category=line.category,
            purpose=line.purpose,
            law=line.law,
            access=line.access,
            until=line.ends_on,
            criterion="" if line.ends_on else line.until,
        )
        for line in kept
    )


def _ends(kept: Sequence[KeptLine]) -> Iterator[date]:
    return (line.ends_on for line in kept if line.ends_on is not None)
