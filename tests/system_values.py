"""What tests of calls to systems share: systems of the plan, their doors, and what they call back with."""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from casework.callbacks import FIELDS, Caller, Taken, take_callback
from casework.calling import call_next
from casework.work_terms import WorkTerms
from casework_values import TestDesk, profile
from privacy.callbacks import read_callback
from privacy.ports import CallReceipt
from privacy.system_calls import Identifier, SystemWay, Way
from storage.calls import CallRow, calls_of_case
from work_values import TERMS

KEY = b"a shared secret of at least 24 octets"
SECRET = f"whsec_{base64.b64encode(KEY).decode()}"
PRODUCT = SystemWay(way=Way.WEBHOOK, confirms_people=True)
BY_PERSON = SystemWay(way=Way.WEBHOOK, identifiers=(Identifier.PERSON,))
WAYS = {
    "product": PRODUCT,
    "crm": SystemWay(way=Way.WEBHOOK),
    "mail_provider": SystemWay(way=Way.SENDGRID),
}


@dataclass
class ScriptedDoor:
    """A system as a test scripts it: an exception is raised, everything else is its receipt."""

    script: list[Exception | CallReceipt] = field(default_factory=list)
    usual: CallReceipt = field(default_factory=CallReceipt)
    sent: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def send(self, name: str, body: str) -> CallReceipt:
        self.sent.append((name, json.loads(body)))
        step = self.script.pop(0) if self.script else self.usual
        if isinstance(step, Exception):
            raise step
        return step

    @property
    def types(self) -> list[str]:
        return [body["type"] for _, body in self.sent]

    @property
    def tasks(self) -> list[str]:
        return [body["data"]["task"] for _, body in self.sent]


def doors() -> dict[str, ScriptedDoor]:
    """The doors of WAYS; what SendGrid did shows at once."""
    job = CallReceipt(evidence="SendGrid job 1")
    return {
        "product": ScriptedDoor(),
        "crm": ScriptedDoor(),
        "mail_provider": ScriptedDoor(usual=job),
    }


def with_systems(desk: TestDesk, ways: dict[str, SystemWay] | None = None, **changes: Any) -> None:
    work = replace(WorkTerms(), ways=WAYS if ways is None else ways)
    desk.profile = profile(**({"challenges": TERMS, "work": work} | changes))


def call_all(desk: TestDesk, systems: dict[str, ScriptedDoor]) -> int:
    """Send all that is due; returns how many messages that were."""
    number = 0
    while call_next(desk.database, systems, desk.clock, lambda: 0.5):
        number += 1
    return number


def calls(desk: TestDesk) -> list[CallRow]:
    with desk.database.reading() as reading:
        return calls_of_case(reading, desk.case().case_id)


def say(
    desk: TestDesk, kind: str, *, system: str = "product", name: str = "evt_1", **data: str
) -> Taken:
    """Let a system call back."""
    body = json.dumps({"type": kind, "data": data}).encode()
    caller = Caller(system=system, desk=desk.profile, now=desk.now)
    return take_callback(desk.database, caller, name, read_callback(body, FIELDS))


def reasons(desk: TestDesk, kind: str) -> Sequence[str]:
    return sorted(task.reason for task in desk.tasks() if task.kind == kind)
