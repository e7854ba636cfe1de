"""The forms of what people do with a case: what each field may hold, and what it means for casework."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field, model_validator

from casework.answers import ARTICLES, DECISIONS, Done, Ground, Reason
from desk.forms import Form
from privacy.case_events import Ground as Waiting
from privacy.deadlines import Asked
from privacy.identity import Level, level_named
from privacy.rights import Lane, Right, Scope
from privacy.work import Decision
from privacy.work_status import CloseReason

LINE = 500  # characters
LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})?", re.ASCII)


def asked(text: str) -> Asked:
    """Return the right and scope of `erasure` or `objection:marketing`. Raises ValueError for any other word."""
    right, colon, scope = text.partition(":")
    if right not in list(Right) or (colon and scope not in list(Scope)):
        raise ValueError("There is no such right.")
    if colon and Right(right) is not Right.OBJECTION:
        raise ValueError("Only an objection has a scope.")
    return Right(right), Scope(scope) if colon else None


def asked_names() -> list[str]:
    """Return every right that can be chosen, an objection with each of its scopes as well."""
    return [*(str(one) for one in Right), *(f"{Right.OBJECTION}:{one}" for one in Scope)]


def _known(text: str) -> str:
    asked(text)
    return text


def _language(text: str) -> str:
    if not LANGUAGE.fullmatch(text):
        raise ValueError("A language such as de or pt-BR.")
    return text


def _level(text: str) -> str:
    level_named(text)
    return text


RightName = Annotated[str, AfterValidator(_known)]


class ItemForm(Form):
    item: UUID


class RightForm(ItemForm):
    """What a right truly is; `none` says that nobody asked for it."""

    right: str = Field(max_length=60)
    note: str = Field(default="", max_length=2_000)

    @model_validator(mode="after")
    def _is_known(self) -> RightForm:
        if self.right != "none":
            asked(self.right)
        return self


class AddRightForm(Form):
    right: RightName
    quote: str = Field(default="", max_length=2_000)
    note: str = Field(default="", max_length=2_000)


class CaseFactsForm(Form):
    """What was understood wrongly of the case itself; what is left empty stays."""

    language: Annotated[str, AfterValidator(_language)] | None = Field(default=None, max_length=20)
    lane: Lane | None = None
    note: str = Field(default="", max_length=2_000)


class LawsForm(Form):
    laws: tuple[str, ...] = Field(min_length=1, max_length=20)


class NoteForm(Form):
    text: str = Field(max_length=2_000)


class TaskForm(Form):
    task: UUID
    evidence: str = Field(default="", max_length=LINE)


class ExtendForm(ItemForm):
    ground: str = Field(max_length=LINE)


class PauseForm(Form):
    waits_for: Waiting
    letter: str = Field(default="", max_length=LINE)


class ResumeForm(Form):
    waits_for: Waiting | None = None


class CloseForm(Form):
    reason: CloseReason


class EndForm(ItemForm):
    """`withdraw`: the person took it back; `dismiss`: it never was a request."""

    step: str = Field(pattern="^(withdraw|dismiss)$")
    reason: str = Field(max_length=LINE)


class ReasonForm(Form):
    reason: str = Field(max_length=LINE)


class MergeForm(Form):
    other: str = Field(max_length=40, pattern="^[A-Za-z0-9-]+$")


class SplitForm(Form):
    rights: tuple[RightName, ...] = Field(min_length=1, max_length=20)


class NothingForm(Form):
    """Only a button."""


class IdentityForm(Form):
    level: Annotated[str, AfterValidator(_level)]
    reason: str = Field(max_length=LINE)
    doubt: bool = False

    @property
    def reached(self) -> Level:
        """The level that is reached from now on."""
        return level_named(self.level)


class AnswerForm(ItemForm):
    """What is decided about a right: the ground of a refusal with its facts, and what was done of what is granted."""

    decision: Decision
    basis: Ground | None = None
    facts: str = Field(default="", max_length=LINE)
    article: str = Field(default="", max_length=LINE)
    what: tuple[str, ...] = Field(default=(), max_length=10)
    where: tuple[str, ...] = Field(default=(), max_length=10)
    on: tuple[date, ...] = Field(default=(), max_length=10)
    without_package: str = Field(default="", max_length=LINE)

    @model_validator(mode="after")
    def _is_whole(self) -> AnswerForm:
        if self.decision not in DECISIONS:
            raise ValueError("This is nothing that can be decided here.")
        if bool(self.facts) != (self.basis is not None):
            raise ValueError("A ground has facts and a sort, or there is none.")
        if not len(self.what) == len(self.where) == len(self.on):
            raise ValueError("Each line of what was done says what, where and when.")
        return self

    @property
    def done(self) -> tuple[Done, ...]:
        """What was done, line by line."""
        lines = zip(self.what, self.where, self.on, strict=True)
        return tuple(Done(what=what, where=where, on=on) for what, where, on in lines)

    @property
    def reason(self) -> Reason | None:
        """Why not, or not all of it; the provision is the one of the GDPR where no other is named."""
        if self.basis is None:
            return None
        return Reason(
            ground=self.basis, facts=self.facts, article=self.article or ARTICLES[self.basis]
        )
