"""What `rightsdesk check` says of the model: whether it may be asked, on what assurance, and how it agrees."""

from __future__ import annotations

from daemon.clock import utc_now
from daemon.wiring import Desk
from privacy.agreement import WEEK, agreement_of
from storage.model_calls import calls_since


def describe_model(desk: Desk) -> tuple[str, bool]:
    """Return one line about the model, and whether it is as the settings want it. Raises Retryable or Permanent."""
    witness = desk.services.witness
    if witness is None:
        return "off: the rules work alone, nothing leaves this machine", True
    witness.read_proof()
    standing = witness.standing(desk.database)
    if not standing.usable:
        return standing.says, False
    return f"{witness.settings.use}: {standing.says}; {_last_week(desk)}", True


def _last_week(desk: Desk) -> str:
    now = utc_now()
    with desk.database.reading() as reading:
        calls = calls_since(reading, now - WEEK)
    report = agreement_of(calls, now=now, weeks=1)
    return f"last 7 days: {report.calls} calls, {report.agreed} of {report.answered} answers agree with the rules"
