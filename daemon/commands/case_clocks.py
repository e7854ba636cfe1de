"""How the dates of a case come about, and what was reminded of: the form behind `rightsdesk cases explain`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from casework.clock_keeping import asked_of, count
from casework.profile import DeskProfile
from casework.reminding import dates_of
from daemon.output import Form, forms_in
from privacy.case_events import CaseEvent, CaseEventKind, owner_of, waiting_for
from privacy.cases import Case, RequestItem
from privacy.deadlines import Regime
from privacy.reminders import Ladder
from privacy.rights import right_name
from storage.cases import ClockEventRow, clock_events
from storage.database import Reading
from storage.reminders import StoredReminder, WatchedCase, reminders_of_case, watched_cases


def clocks_form(reading: Reading, case: Case, ladder: Ladder, desk: DeskProfile) -> Form:
    """Return every clock of the case: what happened to it, what follows from that, its dates and its reminders."""
    (watched,) = watched_cases(reading, [case.case_id])
    items = {item.item_id: item for item in case.items}
    laws = desk.laws_named(case.laws)
    reminders = reminders_of_case(reading, case.case_id)
    names = {item.item_id: right_name(item.key) for item in case.items}
    events = clock_events(reading, case.case_id)
    clocks = dict.fromkeys((event.clock, event.item_id) for event in events)
    return {
        "reference": case.reference,
        "state": case.state,
        "received_at": case.received_at,
        "laws": [law.code for law in laws],
        "law_reasons": list(case.law_reasons),
        "owner": owner_of(watched.happened),
        "happened": [_happening(one, names) for one in watched.happened if _says_something(one)],
        "clocks": [
            {
                "clock": str(clock),
                "right": names.get(item_id) if item_id else None,
                "now": _stands(items.get(item_id), watched, laws) if item_id else None,
                "target": _target(watched, str(clock), item_id, ladder),
                "dates": [
                    _date(one) for one in events if (one.clock, one.item_id) == (clock, item_id)
                ],
                "reminders": [
                    _reminder(one)
                    for one in reminders
                    if (str(one.clock), one.item_id) == (str(clock), item_id)
                ],
            }
            for clock, item_id in clocks
        ],
    }


def clocks_for_people(form: Form) -> list[str]:
    """Return the same as lines."""
    lines = [f"case {form['reference']}, {form['state']}, received at {form['received_at']}"]
    lines += [f"laws: {_joined(form['laws'])}"]
    lines += [f"  because of {_joined(form['law_reasons'])}"] if form["law_reasons"] else []
    lines += ["", "what happened"]
    lines += [f"  {_happening_words(one)}" for one in forms_in(form["happened"])]
    for clock in forms_in(form["clocks"]):
        lines += ["", f"{clock['clock']} {clock['right'] or ''}".rstrip()]
        for date in forms_in(clock["dates"]):
            lines += _date_lines(date)
        lines += _standing_lines(clock["now"])
        lines += [f"  planned for {clock['target']}"] if clock["target"] else []
        lines += [f"  reminder {_reminder_words(one)}" for one in forms_in(clock["reminders"])]
    return lines


def _says_something(event: CaseEvent) -> bool:
    """A workspace that suggests no law, or none that is known, is news to nobody."""
    return event.kind is not CaseEventKind.LAWS_SUGGESTED or bool(event.laws)


def _happening(event: CaseEvent, names: Mapping[UUID, str]) -> Form:
    return {
        "event": event.kind,
        "at": event.at,
        "right": names.get(event.item_id) if event.item_id else None,
        "ground": event.ground,
        "author": event.author,
        "by_letter": event.letter is not None,
        "laws": list(event.laws),
    }


def _stands(item: RequestItem | None, watched: WatchedCase, laws: Sequence[Regime]) -> Form | None:
    """Return what follows from everything that happened to a right, and for whom it waits."""
    if item is None or not item.is_open:
        return None
    binding = count(asked_of(item), watched.happened, laws)
    owed, waiting = binding.owed, waiting_for(watched.happened, item.item_id)
    return {
        "counted": owed.on,
        "regime": owed.regime,
        "rule": owed.rule,
        "holds": item.due.on,
        "calendar": owed.calendar,
        "extension_latest": binding.extension_latest,
        "closing_by": binding.closing_by,
        "waits_since": waiting.at if waiting else None,
        "waits_for": waiting.ground or str(waiting.kind) if waiting else None,
        "days_left": (item.due.on - waiting.at.date()).days if waiting else None,
        "trace": list(owed.trace),
    }


def _happening_words(one: Form) -> str:
    told = [f"{one['at']}: {one['event']}"]
    told += [f"of {one['right']}"] if one["right"] else []
    told += [f"({one['ground']})"] if one["ground"] else []
    told += [f"laws {_joined(one['laws'])}"] if one["laws"] else []
    told += [f"by {one['author']}"] if one["author"] else []
    return " ".join([*told, *(["by letter"] if one["by_letter"] else [])])


def _standing_lines(now: object) -> Iterable[str]:
    if not isinstance(now, dict):
        return
    yield f"  counted from what happened: {now['counted']} ({now['regime']}, {now['rule']})"
    trace = now["trace"]
    yield from (f"    {step}" for step in (trace if isinstance(trace, list) else ()))
    if now["holds"] != now["counted"]:
        yield f"  {now['holds']} holds: it was told, and no letter has told a later one"
    if now["waits_for"]:
        yield f"  waits for the person since {now['waits_since']} ({now['waits_for']}), {now['days_left']} days were left"


def _joined(codes: object) -> str:
    return ", ".join(map(str, codes)) if isinstance(codes, list) else ""


def _target(watched: WatchedCase, clock: str, item_id: object, ladder: Ladder) -> object:
    """Return the day for which the work is planned, None where nothing is owed or planned any more."""
    found = (one for one in watched.clocks if (str(one.clock), one.item_id) == (clock, item_id))
    return next((dates_of(one, ladder).target for one in found), None)


def _date(event: ClockEventRow) -> Form:
    due = event.due
    return {
        "change": event.change,
        "at": event.at,
        "due_on": due.on if due else None,
        "expires_at": due.expires_at if due else None,
        "regime": due.regime if due else None,
        "rule": due.rule if due else None,
        "trace": list(due.trace) if due else [],
    }


def _reminder(one: StoredReminder) -> Form:
    return {
        "rung": one.key.rung,
        "of": one.key.version,
        "number": one.key.number,
        "due_at": one.due_at,
        "tell": one.tell,
    }


def _date_lines(date: Form) -> Iterable[str]:
    if date["due_on"] is None:
        yield f"  {date['change']} at {date['at']}"
        return
    yield f"  due {date['due_on']} ({date['regime']}, {date['rule']}), until {date['expires_at']}"
    trace = date["trace"]
    yield from (f"    {step}" for step in (trace if isinstance(trace, list) else ()))


def _reminder_words(one: Form) -> str:
    how = one["tell"] or "passed by a higher one"
    return f"{one['rung']} of {one['of']}, due at {one['due_at']}: {how}"
