"""How the dates of a case come about, and what was reminded of: the form behind `rightsdesk cases explain`."""

from __future__ import annotations

from collections.abc import Iterable

from casework.reminding import dates_of
from privacy.cases import Case, RequestItem
from privacy.reminders import Ladder
from storage.cases import ClockEventRow, clock_events
from storage.database import Reading
from storage.reminders import StoredReminder, WatchedCase, reminders_of_case, watched_cases

Form = dict[str, object]


def clocks_form(reading: Reading, case: Case, ladder: Ladder) -> Form:
    """Return every clock of the case with its dates, the steps that led to each, and its reminders."""
    (watched,) = watched_cases(reading, [case.case_id])
    reminders = reminders_of_case(reading, case.case_id)
    names = {item.item_id: _right(item) for item in case.items}
    events = clock_events(reading, case.case_id)
    clocks = dict.fromkeys((event.clock, event.item_id) for event in events)
    return {
        "reference": case.reference,
        "state": case.state,
        "received_at": case.received_at,
        "clocks": [
            {
                "clock": str(clock),
                "right": names.get(item_id) if item_id else None,
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
    for clock in _forms(form["clocks"]):
        lines += ["", f"{clock['clock']} {clock['right'] or ''}".rstrip()]
        for date in _forms(clock["dates"]):
            lines += _date_lines(date)
        lines += [f"  planned for {clock['target']}"] if clock["target"] else []
        lines += [f"  reminder {_reminder_words(one)}" for one in _forms(clock["reminders"])]
    return lines


def _target(watched: WatchedCase, clock: str, item_id: object, ladder: Ladder) -> object:
    """Return the day for which the work is planned, None where nothing is owed or planned any more."""
    found = (one for one in watched.clocks if (str(one.clock), one.item_id) == (clock, item_id))
    return next((dates_of(one, ladder).target for one in found), None)


def _right(item: RequestItem) -> str:
    return f"{item.right}:{item.scope}" if item.scope else str(item.right)


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


def _forms(value: object) -> list[Form]:
    return value if isinstance(value, list) else []
