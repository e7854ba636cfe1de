"""What people do with a case: correct what was understood, move its clocks, answer, close, merge, hold, decide who asks."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import Response

from casework.answers import WantedAnswer, answer_right
from casework.closing import close_case
from casework.correcting import Wrong, correct_case
from casework.ending import Ended, end_right
from casework.extending import Wanted, extend
from casework.governing import correct_laws
from casework.holding import hold_case, release_case
from casework.identity_decisions import IdentityDecision, decide_identity
from casework.merging import merge_cases, split_case, undo_merge
from casework.noting import note_case
from casework.pausing import Answer, Question, pause, resume
from casework.tasks import finish
from casework.viewing import record_view
from desk import case_forms as forms
from desk.acting import DeskHere
from desk.case_acts import case_seen, require_task
from desk.case_steps import act, acts_page, item_of
from desk.visitor import Seeing, Visitor, needs
from privacy.cases import Case, RequestItem
from privacy.desk_roles import Action
from privacy.errors import Permanent
from privacy.rights import Right, right_name
from privacy.work import Step

router = APIRouter()
Correcting = Annotated[Visitor, needs(Action.CORRECT)]
Drafting = Annotated[Visitor, needs(Action.DRAFT)]
Timing = Annotated[Visitor, needs(Action.CLOCK)]
Merging = Annotated[Visitor, needs(Action.MERGE)]
Holding = Annotated[Visitor, needs(Action.HOLD)]
Identifying = Annotated[Visitor, needs(Action.DECIDE_IDENTITY)]
BY_PAGE = "corrected at the desk"


@router.get("/cases/{reference}/acts")
def acts(request: Request, visitor: Seeing, desk: DeskHere, reference: str) -> Response:
    case_id = case_seen(desk, visitor, reference).case_id
    record_view(desk.database, case_id, actor=visitor.actor, now=desk.clock())
    return acts_page(request, desk, visitor, reference)


@router.post("/cases/{reference}/right")
def right(request: Request, visitor: Correcting, desk: DeskHere, reference: str) -> Response:
    def do(form: forms.RightForm, case: Case) -> str:
        wrong = _truly(form, item_of(case, form.item))
        by = (visitor.actor, desk.clock())
        correct_case(desk.database, desk.profile, case.reference, wrong, by=by)
        return "Corrected. The dates follow."

    return act(request, desk, visitor, reference, ("right", forms.RightForm, do))


def _truly(form: forms.RightForm, item: RequestItem) -> Wrong:
    note = form.note or None
    if form.right == "none":
        return Wrong(not_asked=item.key, note=note)
    other = forms.asked(form.right)
    if item.right is Right.OBJECTION and other[0] is Right.OBJECTION:
        return Wrong(rescoped=(item.key, other[1]), note=note)
    is_read = item.quote and item.part in {"text", "subject"}
    quote = item.quote if is_read else None
    return Wrong(
        not_asked=item.key, added=other, quote=quote, note=note or (None if quote else BY_PAGE)
    )


@router.post("/cases/{reference}/add-right")
def add_right(request: Request, visitor: Correcting, desk: DeskHere, reference: str) -> Response:
    def do(form: forms.AddRightForm, case: Case) -> str:
        wrong = Wrong(
            added=forms.asked(form.right), quote=form.quote or None, note=form.note or None
        )
        by = (visitor.actor, desk.clock())
        correct_case(desk.database, desk.profile, case.reference, wrong, by=by)
        return "The right is added, with its own date."

    return act(request, desk, visitor, reference, ("add-right", forms.AddRightForm, do))


@router.post("/cases/{reference}/facts")
def facts(request: Request, visitor: Correcting, desk: DeskHere, reference: str) -> Response:
    def do(form: forms.CaseFactsForm, case: Case) -> str:
        wrong = Wrong(language=form.language, lane=form.lane, note=form.note or None)
        by = (visitor.actor, desk.clock())
        correct_case(desk.database, desk.profile, case.reference, wrong, by=by)
        return "Corrected."

    return act(request, desk, visitor, reference, ("facts", forms.CaseFactsForm, do))


@router.post("/cases/{reference}/laws")
def laws(request: Request, visitor: Correcting, desk: DeskHere, reference: str) -> Response:
    def do(form: forms.LawsForm, case: Case) -> str:
        by = (visitor.actor, desk.clock())
        moved = correct_laws(desk.database, desk.profile, case.reference, form.laws, by=by)
        return f"These laws govern the case now; {len(moved)} dates were counted anew."

    return act(request, desk, visitor, reference, ("laws", forms.LawsForm, do))


@router.post("/cases/{reference}/note")
def note(request: Request, visitor: Correcting, desk: DeskHere, reference: str) -> Response:
    def do(form: forms.NoteForm, case: Case) -> str:
        note_case(desk.database, case.reference, form.text, actor=visitor.actor, now=desk.clock())
        return "The note is kept with the case."

    return act(request, desk, visitor, reference, ("note", forms.NoteForm, do))


@router.post("/cases/{reference}/task")
def task(request: Request, visitor: Correcting, desk: DeskHere, reference: str) -> Response:
    def do(form: forms.TaskForm, case: Case) -> str:
        require_task(desk, case, form.task)
        evidence = form.evidence or None
        finish(desk.database, form.task, actor=visitor.actor, now=desk.clock(), evidence=evidence)
        return "The task is done."

    return act(request, desk, visitor, reference, ("task", forms.TaskForm, do))


@router.post("/cases/{reference}/end")
def end(request: Request, visitor: Correcting, desk: DeskHere, reference: str) -> Response:
    def do(form: forms.EndForm, case: Case) -> str:
        item = item_of(case, form.item)
        ended = Ended(
            reference=case.reference,
            right=item.right,
            scope=item.scope,
            step=Step(form.step),
            reason=form.reason,
        )
        closed = end_right(
            desk.database, ended, actor=visitor.actor, now=desk.clock(), desk=desk.profile
        )
        return f"The right is ended{', and the case is closed' if closed else ''}."

    return act(request, desk, visitor, reference, ("end", forms.EndForm, do))


@router.post("/cases/{reference}/answer")
def answer(request: Request, visitor: Drafting, desk: DeskHere, reference: str) -> Response:
    def do(form: forms.AnswerForm, case: Case) -> str:
        item = item_of(case, form.item)
        wanted = WantedAnswer(
            reference=case.reference,
            right=item.right,
            scope=item.scope,
            decision=form.decision,
            done=form.done,
            reason=form.reason,
            without_package=form.without_package or None,
        )
        answer_right(desk.database, desk.profile, wanted, actor=visitor.actor, now=desk.clock())
        return "The letter is written. Somebody else approves it."

    return act(request, desk, visitor, reference, ("answer", forms.AnswerForm, do))


@router.post("/cases/{reference}/extend")
def later(request: Request, visitor: Timing, desk: DeskHere, reference: str) -> Response:
    def do(form: forms.ExtendForm, case: Case) -> str:
        item = item_of(case, form.item)
        wanted = Wanted(reference=case.reference, right=item.right, ground=form.ground)
        written = extend(
            desk.database, desk.profile, wanted, actor=visitor.actor, now=desk.clock()
        ).written
        told = ", ".join(f"{one.right} by {one.due.on.isoformat()}" for one in written)
        return f"The letter that tells the later date is written ({told}). It binds once it left."

    return act(request, desk, visitor, reference, ("extend", forms.ExtendForm, do))


@router.post("/cases/{reference}/pause")
def wait(request: Request, visitor: Timing, desk: DeskHere, reference: str) -> Response:
    def do(form: forms.PauseForm, case: Case) -> str:
        now = desk.clock()
        question = Question(
            reference=case.reference, ground=form.waits_for, at=now, letter=form.letter or None
        )
        moved = pause(desk.database, desk.profile, question, actor=visitor.actor, now=now)
        binds = "" if form.letter else " No letter that said so is named: no later date binds."
        return f"The clock waits, for {len(moved)} rights.{binds}"

    return act(request, desk, visitor, reference, ("pause", forms.PauseForm, do))


@router.post("/cases/{reference}/go-on")
def go_on(request: Request, visitor: Timing, desk: DeskHere, reference: str) -> Response:
    def do(form: forms.ResumeForm, case: Case) -> str:
        now = desk.clock()
        answered = Answer(reference=case.reference, at=now, ground=form.waits_for)
        resume(desk.database, desk.profile, answered, actor=visitor.actor, now=now)
        return "The clock goes on."

    return act(request, desk, visitor, reference, ("go-on", forms.ResumeForm, do))


@router.post("/cases/{reference}/close")
def close(request: Request, visitor: Timing, desk: DeskHere, reference: str) -> Response:
    def do(form: forms.CloseForm, case: Case) -> str:
        close_case(
            desk.database, case.reference, form.reason, actor=visitor.actor, now=desk.clock()
        )
        return "The case is closed."

    return act(request, desk, visitor, reference, ("close", forms.CloseForm, do))


@router.post("/cases/{reference}/merge")
def merge(request: Request, visitor: Merging, desk: DeskHere, reference: str) -> Response:
    def do(form: forms.MergeForm, case: Case) -> str:
        other = case_seen(desk, visitor, form.other).reference
        by = (visitor.actor, desk.clock())
        merge_cases(desk.database, case.reference, other, by=by)
        return f"{other} is worked as part of this case. It can be undone on its own page."

    return act(request, desk, visitor, reference, ("merge", forms.MergeForm, do))


@router.post("/cases/{reference}/split")
def split(request: Request, visitor: Merging, desk: DeskHere, reference: str) -> Response:
    def do(form: forms.SplitForm, case: Case) -> str:
        rights = [forms.asked(one) for one in form.rights]
        by = (visitor.actor, desk.clock())
        new = split_case(desk.database, case.reference, rights, by=by)
        names = ", ".join(map(right_name, rights))
        return f"{names}: worked as {new.reference} from now on. Merging it brings it back."

    return act(request, desk, visitor, reference, ("split", forms.SplitForm, do))


@router.post("/cases/{reference}/unmerge")
def unmerge(request: Request, visitor: Merging, desk: DeskHere, reference: str) -> Response:
    def do(_form: forms.NothingForm, case: Case) -> str:
        undo_merge(desk.database, case.reference, by=(visitor.actor, desk.clock()))
        return "The case stands by itself again. Dates that came earlier stay."

    return act(request, desk, visitor, reference, ("unmerge", forms.NothingForm, do))


@router.post("/cases/{reference}/hold")
def hold(request: Request, visitor: Holding, desk: DeskHere, reference: str) -> Response:
    def do(form: forms.ReasonForm, case: Case) -> str:
        hold_case(desk.database, case.reference, form.reason, actor=visitor.actor, now=desk.clock())
        return "The case is on hold: nothing of it is destroyed."

    return act(request, desk, visitor, reference, ("hold", forms.ReasonForm, do))


@router.post("/cases/{reference}/release")
def release(request: Request, visitor: Holding, desk: DeskHere, reference: str) -> Response:
    def do(form: forms.ReasonForm, case: Case) -> str:
        release_case(
            desk.database, case.reference, form.reason, actor=visitor.actor, now=desk.clock()
        )
        return "The hold is ended."

    return act(request, desk, visitor, reference, ("release", forms.ReasonForm, do))


@router.post("/cases/{reference}/identity")
def identity(request: Request, visitor: Identifying, desk: DeskHere, reference: str) -> Response:
    def do(form: forms.IdentityForm, case: Case) -> str:
        if desk.profile.challenges is None:
            raise Permanent("this desk knows nothing of proof")
        decision = IdentityDecision(
            reference=case.reference, level=form.reached, reason=form.reason, doubt=form.doubt
        )
        standing = decide_identity(
            desk.database,
            desk.profile.challenges,
            decision,
            actor=visitor.actor,
            now=desk.clock(),
        )
        return f"Identity: {standing.level.label}, {standing.state}."

    return act(request, desk, visitor, reference, ("identity", forms.IdentityForm, do))
