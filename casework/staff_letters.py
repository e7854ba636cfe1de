"""What our people are told about a running clock: why it is due, what happened, what to do next."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from privacy.reminders import Rung, Watched
from storage.reminders import WatchedCase, WatchedClock
from templates.staff import StaffEntry

DAY = timedelta(days=1)
NEXT = {
    Watched.ACKNOWLEDGE: "approve or write the acknowledgement (rightsdesk drafts list)",
    Watched.RESPOND: "answer the request",
    Watched.INCIDENT: "hand it to whoever works on incidents, and keep the mail as it is",
}
QUESTIONS = {
    Watched.ACKNOWLEDGE: "who acknowledges it, and what kept the letter from leaving?",
    Watched.RESPOND: "is it answered in time, partly answered, or refused, and by whom?",
    Watched.INCIDENT: "is it an incident of personal data, who reports it, and to whom?",
}


def entry_for(rung: Rung, case: WatchedCase, clock: WatchedClock, now: datetime) -> StaffEntry:
    """Return what the letter says about this clock."""
    due = clock.due
    return StaffEntry(
        reference=case.reference,
        what=_what(clock),
        due_on=_due(clock),
        zone=due.zone,
        left=(words_for_hours if clock.incident else words_for_time)(due.expires_at - now),
        law=f"{due.regime}, {due.rule}",
        waiting=_waiting(clock),
        reason=rung.why,
        audience=", ".join(rung.to),
        facts=_facts(case, clock),
        why=due.trace,
        next_action=NEXT[Watched.INCIDENT if clock.incident else clock.clock],
        question=QUESTIONS[Watched.INCIDENT if clock.incident else clock.clock],
    )


def _waiting(clock: WatchedClock) -> str:
    if clock.waiting is None:
        return "The person waits for us."
    since = clock.waiting.at.date().isoformat()
    return f"We wait for the person since {since}: {clock.waiting.ground or clock.waiting.kind}."


def _due(clock: WatchedClock) -> str:
    if not clock.incident:
        return clock.due.on.isoformat()
    local = clock.due.expires_at.astimezone(ZoneInfo(clock.due.zone))
    return f"{local:%Y-%m-%d %H:%M}"


def words_for_hours(left: timedelta) -> str:
    """Return how much time is left of a clock of hours, in whole hours."""
    hours = abs(left) // timedelta(hours=1)
    return f"over for {hours} h" if left <= timedelta() else f"{hours} h left"


def words_for_time(left: timedelta) -> str:
    """Return how much time is left, in whole days."""
    if left <= timedelta():
        return f"over for {_days(-left // DAY)}" if -left >= DAY else "over since today"
    return f"{_days(left // DAY)} left" if left >= DAY else "less than a day left"


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"


def _what(clock: WatchedClock) -> str:
    if clock.clock is Watched.ACKNOWLEDGE:
        return "acknowledgement"
    if clock.incident:
        return f"report of a security incident ({clock.due.regime})"
    return clock.right or "answer to a mail in which no right is known"


def _facts(case: WatchedCase, clock: WatchedClock) -> tuple[str, ...]:
    told = case.acknowledged_at
    facts = [(case.received_at, "the case was opened by a mail")]
    if clock.started_at != case.received_at:
        facts.append((clock.started_at, "this right was asked for"))
    if told is not None:
        facts.append((told, "the acknowledgement left"))
    lines = [f"{at.date().isoformat()}: {what}" for at, what in sorted(facts)]
    return (*lines, *(() if told else ("nothing was sent to the person yet",)))
