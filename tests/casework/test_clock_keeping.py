"""Every date follows from what is stored: at the opening, and after everything that can happen to a case."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casework.clock_keeping import asked_of, changes_after, count, rules_of
from casework.deliveries import Told, record_told
from casework.sending import send_next
from casework_values import BOTH_ENGINES, COPY, DAY, NOON, ScriptedTransport, mail, reply_to
from privacy.binding import bind
from privacy.case_events import CaseEventKind
from privacy.deadlines import completion_due
from privacy.deliveries import BounceReason, Fate, RecipientReport
from privacy.rights import Right, Scope
from regimes import list_regimes, load_regimes
from regimes.laws import states
from storage.case_events import case_events
from storage.delivered import letters_by_message_id

EVERY_LAW = load_regimes(
    (*(one.code for one in list_regimes() if one.code != "us_states"), *states())
)
SCOPES = [(right, None) for right in Right] + [(Right.OBJECTION, scope) for scope in Scope]
K = CaseEventKind


def kinds(desk) -> list[str]:
    with desk.database.reading() as reading:
        return [str(one.kind) for one in case_events(reading, desk.case().case_id)]


def follows(desk) -> bool:
    """Whether every stored date is the one that follows from the stored events."""
    case = desk.case()
    with desk.database.reading() as reading:
        events = case_events(reading, case.case_id)
    laws = desk.profile.laws_named(case.laws)
    asked = [asked_of(item) for item in case.items]
    return not changes_after(asked, events, laws) and all(
        count(one, events, laws).owed.on == one.due.on for one in asked
    )


@pytest.mark.parametrize("law", EVERY_LAW, ids=lambda law: law.code)
@settings(max_examples=25)
@given(
    asked=st.sampled_from(SCOPES),
    late=st.timedeltas(timedelta(), timedelta(days=1500)),
)
def test_the_first_date_is_the_fold_over_the_arrival(law, asked, late) -> None:
    right, scope = asked
    plain = completion_due(NOON + late, right, [law], scope=scope)
    folded = bind(NOON + late, rules_of(right, scope, [law])).owed
    assert (plain.on, plain.expires_at, plain.regime) == (
        folded.on,
        folded.expires_at,
        folded.regime,
    )


@BOTH_ENGINES
def test_arrival_rights_letters_and_their_return_are_stored_with_the_case(desk) -> None:
    desk.receive_one(mail())
    assert kinds(desk) == ["received", "right_added"]
    transport = ScriptedTransport()
    send_next(desk.database, transport, desk.clock)
    assert kinds(desk)[2:] == ["acknowledged"]
    (letter,) = transport.sent
    desk.now = NOON + DAY
    desk.receive_one(reply_to(letter, COPY), received_at=desk.now)
    assert kinds(desk)[3:] == ["right_added"]
    key = desk.database.lookup_key("message-id", letter.message_id)
    with desk.database.transaction() as transaction:
        sent = letters_by_message_id(transaction, [key])[key]
        part = RecipientReport(fate=Fate.FAILED, reason=BounceReason.USERUNKNOWN, status="5.1.1")
        record_told(transaction, Told(letter=sent, part=part, evidence="report"), now=desk.now)
    assert kinds(desk)[4:] == ["bounced"]
    assert follows(desk)
    assert [item.due.on for item in desk.case().items] == [
        date(2026, 12, 23),
        date(2026, 12, 24),
    ]


@BOTH_ENGINES
def test_a_date_is_stored_with_the_calendar_that_it_was_counted_with(desk) -> None:
    desk.receive_one(mail())
    item = desk.case().items[0]
    assert item.due.calendar.startswith("IE, holidays ")
