"""Versions of the policy: brought, compared section by section, and decided about."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import Field, StringConstraints

from casework.notice_writing import (
    Edit,
    compared,
    decide_not_material,
    is_decided,
    keep_version,
    write,
)
from desk.acting import DeskHere, DeskServices
from desk.forms import Form, Sheet, fill
from desk.lists import NOT_FOUND
from desk.showing import done, show
from desk.visitor import Visitor, needs
from privacy.desk_roles import Action
from privacy.errors import Permanent
from privacy.policy_changes import LONGEST_REASON
from privacy.policy_versions import LONGEST_POLICY, PolicyVersion
from storage.database import Reading
from storage.manuscripts import find_manuscript, list_versions
from storage.notices import find_notice, policy_version
from templates.vocabulary import languages

router = APIRouter()
Announcing = Annotated[Visitor, needs(Action.NOTICES)]
Name = Annotated[str, Field(max_length=60, pattern=r"^\w[\w .+-]*$")]
Language = Annotated[str, Field(pattern="^[a-z]{2,3}$")]
Text = Annotated[str, StringConstraints(strip_whitespace=False, max_length=LONGEST_POLICY)]


class VersionForm(Form):
    version: Name
    updated_on: date
    language: Language = "en"
    text: Text


class TextForm(Form):
    language: Language
    text: Text


class DecisionForm(Form):
    old: Name
    material: bool
    reason: str = Field(max_length=LONGEST_REASON)


@router.get("/policies")
def versions(request: Request, _visitor: Announcing, desk: DeskHere) -> Response:
    return _list(request, desk)


@router.post("/policies")
def add_version(request: Request, _visitor: Announcing, desk: DeskHere) -> Response:
    sheet = fill(request, VersionForm)
    if sheet.value is None:
        return _list(request, desk, 422, form=sheet)
    form = sheet.value
    with desk.database.reading() as reading:
        is_known = policy_version(reading, form.version) is not None
    if is_known:
        wrong = sheet.with_error("version", "There is a version of this name.")
        return _list(request, desk, 422, form=wrong)
    try:
        texts = {form.language: form.text}
        policy = PolicyVersion(
            version=form.version, updated_on=form.updated_on, leading=form.language, texts=texts
        )
    except ValueError as error:
        return _list(request, desk, 422, form=sheet.with_error("text", f"{error}."))
    keep_version(desk.database, policy, now=desk.clock())
    return done(request, _path(form.version), "The version is kept.")


@router.get("/policies/{version}")
def version(request: Request, _visitor: Announcing, desk: DeskHere, version: str) -> Response:
    return _one(request, desk, version)


@router.post("/policies/{version}/text")
def change_text(request: Request, _visitor: Announcing, desk: DeskHere, version: str) -> Response:
    sheet = fill(request, TextForm)
    if sheet.value is None:
        return _one(request, desk, version, 422, form=sheet)
    with desk.database.reading() as reading:
        known = version_here(reading, version)
    try:
        changed = PolicyVersion(
            version=known.version,
            updated_on=known.updated_on,
            leading=known.leading,
            texts={**known.texts, sheet.value.language: sheet.value.text},
        )
        keep_version(desk.database, changed, now=desk.clock())
    except (ValueError, Permanent) as error:
        return _one(request, desk, version, 422, form=sheet.with_error("text", f"{error}."))
    return done(request, _path(version), "The text is kept.")


@router.get("/policies/{version}/difference")
def difference(
    request: Request,
    _visitor: Announcing,
    desk: DeskHere,
    version: str,
    old: Annotated[str, Query(max_length=60)] = "",
) -> Response:
    return _difference(request, desk, (old, version))


@router.post("/policies/{version}/decision")
def decision(request: Request, visitor: Announcing, desk: DeskHere, version: str) -> Response:
    sheet = fill(request, DecisionForm)
    if sheet.value is None:
        return _difference(request, desk, (sheet.text("old"), version), 422, form=sheet)
    form = sheet.value
    by = (visitor.actor, desk.clock())
    if not form.material:
        notice = decide_not_material(
            desk.database, (form.old, version), form.reason, desk=desk.profile, by=by
        )
        return done(request, f"/notices/{notice.notice_id}", "Decided: only the stamp moves.")
    with desk.database.reading() as reading:
        version_here(reading, version)
        before = find_manuscript(reading, version)
    edit = Edit(
        version=version,
        replaces=form.old,
        reason=form.reason,
        seen=before.changed_at if before else None,
    )
    write(desk.database, edit, actor=visitor.actor, now=desk.clock())
    return done(request, f"{_path(version)}/notice", "Now say what changes.")


def version_here(reading: Reading, version: str) -> PolicyVersion:
    """Return the version at this address. Raises what is answered with not found."""
    found = policy_version(reading, version) if version else None
    if found is None:
        raise NOT_FOUND
    return found


def _path(version: str) -> str:
    return f"/policies/{quote(version, safe='')}"


def _list(
    request: Request, desk: DeskServices, status: int = 200, form: Sheet[VersionForm] | None = None
) -> Response:
    with desk.database.reading() as reading:
        found = list_versions(reading)
    return show(request, "policies", status, versions=found, spoken=languages(), form=form)


def _one(
    request: Request,
    desk: DeskServices,
    version: str,
    status: int = 200,
    form: Sheet[TextForm] | None = None,
) -> Response:
    with desk.database.reading() as reading:
        policy = version_here(reading, version)
        others = [one for one in list_versions(reading) if one.version != version]
        values = {
            "policy": policy,
            "others": others,
            "decided": is_decided(reading, version),
            "notice": find_notice(reading, version),
            "written": find_manuscript(reading, version),
        }
    return show(request, "policy", status, form=form, spoken=languages(), **values)


def _difference(
    request: Request,
    desk: DeskServices,
    versions: tuple[str, str],
    status: int = 200,
    form: Sheet[DecisionForm] | None = None,
) -> Response:
    with desk.database.reading() as reading:
        old, new = (version_here(reading, one) for one in versions)
        notice = find_notice(reading, new.version)
    return show(
        request, "policy_difference", status, found=compared(old, new), notice=notice, form=form
    )
