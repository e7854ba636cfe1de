"""What tests that cross packages, systems, customers and replies share: a desk that has all of them, and Anne who writes to it."""

import re
from collections import Counter
from dataclasses import replace
from datetime import timedelta

from casework.callbacks import Taken
from casework.deliveries import record_events
from casework.download_terms import DownloadTerms
from casework.identity_decisions import IdentityDecision, decide_identity
from casework.planning import plan_case
from casework.profile import DirectoryTerms
from casework.work_terms import WorkTerms
from casework_values import (
    ANNE,
    COPY,
    DANA,
    ERASE,
    LONG,
    MALLORY,
    OMAR,
    SAM,
    TOKEN_KEYS,
    TestDesk,
    authenticated,
    checking_profile,
    mail,
    reply_to,
)
from forward_values import (
    CUSTOMERS,
    LEADS,
    OWNERS,
    W1,
    list_customers,
)
from package_values import (
    PAGE,
    add,
)
from privacy.cases import ItemState
from privacy.deliveries import DeliveryEvent, Fate
from privacy.identity import Level
from privacy.system_calls import CallState
from responders.erasure import NOTICE
from system_values import WAYS, call_all, calls, doors, say
from work_values import (
    TERMS,
    approve_erasing,
    carry_out,
    plan,
    prove,
    send,
    state_what_is_kept,
)

ALIGNED = "spf=pass smtp.mailfrom=person.example; dkim=pass header.d=person.example; dmarc=pass header.from=person.example"
ELSEWHERE = ALIGNED.replace("person.example", "elsewhere.example")
BOTH = f"{ERASE} {COPY}"
CODE = re.compile(rf"{re.escape(PAGE)}/instruct/[a-z]+/(\S+)")
REFERENCE = re.compile(r"PR-2026-\d{6}-[A-Z0-9]{2}")
ASK = {"do": "ask"}


def whole(**changes):
    """A desk that checks senders, has a page, systems that are called, and a directory that is read."""
    usual = {
        "challenges": replace(TERMS, page=PAGE),
        "downloads": DownloadTerms(),
        "directory": DirectoryTerms(expected=False, stale_after=timedelta(days=90)),
        "work": replace(WorkTerms(), ways=WAYS),
        "limits": LONG,
    }
    return checking_profile(**(usual | changes))


def asked(desk: TestDesk, text: str = ERASE, number: int = 1) -> None:
    """Anne asks, and has our first letter."""
    desk.receive_one(authenticated(mail(text, number=number), ALIGNED), received_at=desk.now)
    send(desk)


def reply(desk: TestDesk, text: str, number: int = 20, **headers: str):
    return desk.receive_one(written(desk, text, number, **headers), received_at=desk.now)


def written(desk: TestDesk, text: str, number: int = 20, *, letter=None, **headers: str) -> bytes:
    letter = letter or next(one.message for one in desk.letters() if one.message.recipient == ANNE)
    results = ELSEWHERE if headers.get("From") == MALLORY else ALIGNED
    return authenticated(reply_to(letter, text, number=number, **headers), results)


def kinds(desk: TestDesk) -> list[str]:
    return [row.kind for row in desk.letters()]


def states(desk: TestDesk) -> dict[str, ItemState]:
    return {str(item.right): item.state for item in desk.case().items}


def cooling(desk: TestDesk) -> None:
    """Anne's erasure is approved, she was told, and it waits for its day."""
    asked(desk)
    prove(desk)
    plan(desk)
    state_what_is_kept(desk)
    approve_erasing(desk, DANA, OMAR)
    send(desk)


def notice(desk: TestDesk):
    return next(row.message for row in desk.letters() if row.kind == NOTICE)


def instructed(desk: TestDesk, instruction: str = "delete") -> Taken:
    return say(
        desk,
        "customer.instructed",
        name=f"evt_{instruction}",
        case=desk.case().reference,
        workspace=W1,
        account="user-77",
        instruction=instruction,
    )


def begun_with_orders(desk: TestDesk, text: str = COPY) -> None:
    asked(desk, text)
    prove(desk)
    plan(desk)
    call_all(desk, doors())
    carry_out(desk)


def packed(desk: TestDesk) -> None:
    """Bring Anne's case to where her copy is packed and every system is done."""
    begun_with_orders(desk)
    finish_orders(desk)
    add(desk)


def finish_orders(desk: TestDesk) -> None:
    for number, call in enumerate(calls(desk)):
        if call.state is CallState.TAKEN:
            say(
                desk,
                "task.done",
                system=call.system,
                name=f"o{number}",
                task=str(call.task_id),
                evidence="rows: 4",
            )


def plan_all(desk: TestDesk) -> None:
    plan_case(
        desk.database, desk.profile, desk.case().reference, right=None, actor=SAM, now=desk.now
    )


def bounce_of(desk: TestDesk, message_id: str) -> None:
    event = DeliveryEvent(message_id=message_id, fate=Fate.FAILED, at=desk.now, status="5.1.1")
    assert record_events(desk.database, [event], TOKEN_KEYS, now=desk.now) == 1


def told(letters) -> Counter:
    """How many letters ask for which right of which case."""
    return Counter(
        (REFERENCE.search(one.letter.text)[0], right)
        for one in letters
        for right in ("access", "erasure")
        if right in one.letter.text
    )


def with_proof(desk: TestDesk, reference: str) -> None:
    decision = IdentityDecision(reference=reference, level=Level.ACCOUNT, reason="she logged in")
    decide_identity(desk.database, TERMS, decision, actor=SAM, now=desk.now)


def list_customer(desk: TestDesk) -> None:
    """Let the directory list Anne as a contact of one customer."""
    list_customers(desk, workspaces=CUSTOMERS[:1], owners=OWNERS[:1], leads=LEADS[:1])
