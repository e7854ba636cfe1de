"""The editor of a notice: its terms, and in each language one row for each change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from itertools import zip_longest
from typing import Annotated
from urllib.parse import quote
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import AfterValidator, Field

from casework.notice_writing import Edit, draft_written, gate, write
from desk.acting import DeskHere, DeskServices
from desk.forms import Form, Posted, Sheet, fill
from desk.lists import NOT_FOUND
from desk.rooms.policies import version_here
from desk.showing import done, show
from desk.visitor import Visitor, needs
from privacy.desk_roles import Action
from privacy.errors import Permanent
from privacy.notice_gate import refusal_of
from privacy.notices import MOST_CHANGES, ChangeRow, NoticeTerms, NoticeWords
from privacy.policy_changes import LONGEST_REASON
from storage.manuscripts import Manuscript, find_manuscript
from storage.notices import Notice, find_notice
from templates import available

PARTS = ("before", "after", "effect", "action")
BLANK = ("", "", "", "")
SPARE = 2  # empty rows below those that are written
LONGEST = 2_000  # characters of one cell
KIND = "policy_notice"

router = APIRouter()
Announcing = Annotated[Visitor, needs(Action.NOTICES)]
Cells = Annotated[tuple[Annotated[str, Field(max_length=LONGEST)], ...], Field(max_length=60)]


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("This is no time zone, such as Asia/Kolkata.") from None
    return name


def _address(text: str) -> str:
    if not text.startswith(("https://", "http://")) or not text.isprintable() or " " in text:
        raise ValueError("An address begins with https://.")
    return text


Address = Annotated[str, AfterValidator(_address), Field(max_length=500)]


class TermsForm(Form):
    reason: str = Field(max_length=LONGEST_REASON)
    effective_on: date
    zone: Annotated[str, AfterValidator(_zone), Field(max_length=60)]
    new_url: Address
    old_url: Address
    choices_url: Address
    asks_consent: bool = False
    seen: datetime | None = None

    @property
    def terms(self) -> NoticeTerms:
        return NoticeTerms(**self.model_dump(exclude={"reason", "seen"}))


class WordsForm(Form):
    why: str = Field(max_length=LONGEST)
    before: Cells = ()
    after: Cells = ()
    effect: Cells = ()
    action: Cells = ()
    seen: datetime | None = None


@router.get("/policies/{version}/notice")
def editor(request: Request, _visitor: Announcing, desk: DeskHere, version: str) -> Response:
    return _editor(request, desk, version)


@router.post("/policies/{version}/notice")
def change_terms(request: Request, visitor: Announcing, desk: DeskHere, version: str) -> Response:
    sheet = fill(request, TermsForm)
    if sheet.value is None:
        return _editor(request, desk, version, 422, form=sheet)
    form, now = sheet.value, desk.clock()
    with desk.database.reading() as reading:
        plan = gate(reading, form.effective_on, form.zone, desk=desk.profile, now=now)
    refusal = refusal_of(form.effective_on, plan)
    if refusal is not None:
        wrong = sheet.with_error("effective_on", f"{refusal}.")
        return _editor(request, desk, version, 422, form=wrong)
    edit = Edit(version=version, reason=form.reason, terms=form.terms, seen=form.seen)
    write(desk.database, edit, actor=visitor.actor, now=now)
    return done(request, _path(version), "Kept.")


@router.get("/policies/{version}/notice/{language}")
def words(
    request: Request, _visitor: Announcing, desk: DeskHere, version: str, language: str
) -> Response:
    return _words(request, desk, (version, language))


@router.post("/policies/{version}/notice/{language}")
def change_words(
    request: Request, visitor: Announcing, desk: DeskHere, version: str, language: str
) -> Response:
    _check_spoken(language)
    sheet = fill(request, WordsForm)
    if sheet.value is None:
        return _words(request, desk, (version, language), 422, form=sheet)
    rows = rows_of(sheet.typed)
    wrong = flaw_in(rows)
    if wrong is not None:
        return _words(request, desk, (version, language), 422, form=sheet.with_error("", wrong))
    changes = tuple(ChangeRow(**dict(zip(PARTS, row, strict=True))) for row in rows)
    told = {language: NoticeWords(why=sheet.value.why, changes=changes)}
    edit = Edit(version=version, words=told, seen=sheet.value.seen)
    write(desk.database, edit, actor=visitor.actor, now=desk.clock())
    return done(request, f"{_path(version)}/{language}", "Kept.")


@router.post("/policies/{version}/draft")
def draft(request: Request, visitor: Announcing, desk: DeskHere, version: str) -> Response:
    with desk.database.reading() as reading:
        version_here(reading, version)
    try:
        notice = draft_written(
            desk.database, version, desk=desk.profile, actor=visitor.actor, now=desk.clock()
        )
    except Permanent as error:
        return _editor(request, desk, version, 409, problem=str(error))
    return done(request, f"/notices/{notice.notice_id}", "The notice is drafted.")


def rows_of(typed: Posted) -> list[tuple[str, ...]]:
    """Return the rows that somebody filled in, those without a word left out."""
    columns = [typed.get(name, ()) for name in PARTS]
    rows = [tuple(cell.strip() for cell in row) for row in zip_longest(*columns, fillvalue="")]
    return [row for row in rows if any(row)]


def flaw_in(rows: Sequence[tuple[str, ...]]) -> str | None:
    """Return what is wrong with the rows, None where each of them is whole."""
    if not 1 <= len(rows) <= MOST_CHANGES:
        return f"A notice tells of 1 to {MOST_CHANGES} changes, one in each row."
    for number, row in enumerate(rows, 1):
        missing = [name for name, cell in zip(PARTS, row, strict=True) if not cell]
        if missing:
            return f"Change {number} is not whole: {', '.join(missing)} is missing."
    return None


def _check_spoken(language: str) -> None:
    if language not in available(KIND):
        raise NOT_FOUND


def _path(version: str) -> str:
    return f"/policies/{quote(version, safe='')}/notice"


def _editor(
    request: Request,
    desk: DeskServices,
    version: str,
    status: int = 200,
    form: Sheet[TermsForm] | None = None,
    problem: str | None = None,
) -> Response:
    with desk.database.reading() as reading:
        policy = version_here(reading, version)
        written, notice = find_manuscript(reading, version), find_notice(reading, version)
        terms = (written.terms if written else None) or (notice.terms if notice else None)
        zone, now = terms.zone if terms else "UTC", desk.clock()
        plan = gate(reading, now.date(), zone, desk=desk.profile, now=now)
    return show(
        request,
        "notice_editor",
        status,
        policy=policy,
        written=written,
        notice=notice,
        terms=terms,
        plan=plan,
        reason=_reason(written, notice),
        spoken=available(KIND),
        form=form,
        problem=problem,
    )


def _reason(written: Manuscript | None, notice: Notice | None) -> str:
    return (written.reason if written else "") or (notice.reason if notice else "")


def _words(
    request: Request,
    desk: DeskServices,
    where: tuple[str, str],
    status: int = 200,
    form: Sheet[WordsForm] | None = None,
) -> Response:
    version, language = where
    _check_spoken(language)
    with desk.database.reading() as reading:
        policy, written = version_here(reading, version), find_manuscript(reading, version)
    told = _told(written.words if written else {}, language)
    leading = _told(written.words if written else {}, policy.leading)
    rows = rows_of(form.typed) if form else _rows(told)
    values = {"policy": policy, "written": written, "language": language, "told": told}
    blank = [BLANK] * min(SPARE, MOST_CHANGES - len(rows))
    return show(
        request,
        "notice_words",
        status,
        rows=[*rows, *blank],
        leading=_rows(leading) if language != policy.leading else [],
        form=form,
        **values,
    )


def _told(words: Mapping[str, NoticeWords], language: str) -> NoticeWords | None:
    return words.get(language)


def _rows(told: NoticeWords | None) -> list[tuple[str, ...]]:
    changes = told.changes if told else ()
    return [(row.before, row.after, row.effect, row.action) for row in changes]
