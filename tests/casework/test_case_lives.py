"""Cases live at random in a real database; after each step every stored date is the one that the stored events give."""

from collections.abc import Callable
from datetime import timedelta
from random import Random

import pytest

from casework.clock_keeping import asked_of, count
from casework.deliveries import Told, record_told
from casework.drafts import approve_draft
from casework.extending import Wanted, extend
from casework.governing import correct_laws
from casework.pausing import Answer, Question, pause, resume
from casework.recounting import recount
from casework.reminding import sweep
from casework.sending import send_next
from casework_values import (
    BOTH_ENGINES,
    COPY,
    DAY,
    ERASE,
    NOON,
    SAM,
    ScriptedTransport,
    mail,
    profile,
)
from privacy.case_events import CaseEventKind, Ground, clock_of
from privacy.deliveries import BounceReason, Fate, RecipientReport
from privacy.errors import Permanent
from privacy.outgoing import OutgoingState
from regimes import load_regimes
from regimes.ladder import load_ladder
from storage.case_events import case_events
from storage.delivered import letters_of_cases
from storage.reminders import reminders_of_case

LADDER = load_ladder()
BY_HAND = "<by-hand@autocloz.example>"
STEPS = 12


class Lived:
    """One case, and the ways in which something can happen to it; a refusal is an answer like any other."""

    def __init__(self, desk, dice: Random) -> None:
        self.desk, self.dice, self.refused = desk, dice, 0
        self.reference = desk.case().reference

    def step(self) -> str:
        ways: list[Callable[[], object]] = [
            self.pause, self.resume, self.extend, self.send, self.send, self.bounce, self.correct,
            self.recount, self.sweep,
        ]  # fmt: skip
        self.desk.now += self.dice.random() * 5 * DAY
        way = self.dice.choice(ways)
        try:
            way()
        except Permanent:
            self.refused += 1
        return way.__name__

    def pause(self) -> None:
        letter = self.dice.choice([BY_HAND, None])
        ground = self.dice.choice(list(Ground))
        asked = Question(reference=self.reference, ground=ground, at=self.desk.now, letter=letter)
        pause(self.desk.database, self.desk.profile, asked, actor=SAM, now=self.desk.now)

    def resume(self) -> None:
        answer = Answer(reference=self.reference, at=self.desk.now)
        resume(self.desk.database, self.desk.profile, answer, actor=SAM, now=self.desk.now)

    def extend(self) -> None:
        wanted = Wanted(reference=self.reference, right=None, ground="It is a lot of data.")
        extend(self.desk.database, self.desk.profile, wanted, actor=SAM, now=self.desk.now)

    def send(self) -> None:
        for draft in self.desk.drafts():
            approve_draft(self.desk.database, draft.draft_id, actor=SAM, now=self.desk.now)
        while send_next(self.desk.database, ScriptedTransport(), self.desk.clock).worked:
            pass

    def bounce(self) -> None:
        part = RecipientReport(fate=Fate.FAILED, reason=BounceReason.USERUNKNOWN, status="5.1.1")
        with self.desk.database.transaction() as transaction:
            case_id = self.desk.case().case_id
            letters = letters_of_cases(transaction, [case_id]).get(case_id, [])
            sent = [one for one in letters if one.state is OutgoingState.SENT]
            for letter in self.dice.sample(sent, min(1, len(sent))):
                record_told(
                    transaction,
                    Told(letter=letter, part=part, evidence="report"),
                    now=self.desk.now,
                )

    def correct(self) -> None:
        code = self.dice.choice(["gdpr", "uk_gdpr", "lgpd", "ccpa", "pipeda"])
        by = (SAM, self.desk.now)
        correct_laws(self.desk.database, self.desk.profile, self.reference, [code], by=by)

    def recount(self) -> None:
        database, now = self.desk.database, self.desk.now
        list(recount(database, self.desk.profile, actor="sam", now=now, dry_run=False))

    def sweep(self) -> None:
        sweep(self.desk.database, LADDER, self.desk.now)


def check(before, desk) -> None:
    """No date comes later but by a letter, none is later than the laws give, none is earlier but by a reason."""
    case = desk.case()
    with desk.database.reading() as reading:
        events = case_events(reading, case.case_id)
        reminders = reminders_of_case(reading, case.case_id)
    laws = desk.profile.laws_named(case.laws)
    by_hand = desk.database.lookup_key("message-id", BY_HAND)
    for was, item in zip(before.items, case.items, strict=True):
        counted = count(asked_of(item), events, laws).owed
        clock = clock_of(events, item.item_id)
        came_back = events[-1].kind is CaseEventKind.BOUNCED
        assert item.due.expires_at <= was.due.expires_at or clock.told_by
        assert item.due.expires_at <= counted.expires_at or came_back
        if clock.told_by == by_hand and not came_back and item.due != was.due:
            assert item.due.on == counted.on  # an extension tells the date of its letter
    assert len({(one.clock, one.item_id, one.key) for one in reminders}) == len(reminders)
    assert desk.chain_holds(case.case_id)


@BOTH_ENGINES
@pytest.mark.parametrize("seed", range(6))
def test_whatever_happens_every_date_follows_from_what_is_stored(desk, seed: int) -> None:
    dice = Random(seed)  # noqa: S311 - dice, no secret
    desk.profile = profile(regimes=load_regimes(("house", "gdpr", "uk_gdpr")))
    desk.receive_one(mail(f"{COPY} {ERASE}"))
    desk.now = NOON + timedelta(hours=1)
    life, lived = Lived(desk, dice), []
    for _ in range(STEPS):
        before = desk.case()
        lived.append(life.step())
        check(before, desk)
    assert len(set(lived)) > STEPS // 4
    assert life.refused < STEPS
