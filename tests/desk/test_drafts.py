"""Letters that wait, on their pages: changed, linted, sent back, approved by others, and taken back in time."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from casework.actors import Actor
from casework.answers import WantedAnswer, answer_right
from casework.processing import process_batch
from casework.work_terms import WorkTerms
from daemon.wiring import Desk
from desk_values import desk_app, send, sign_in
from privacy.desk_roles import Role
from privacy.messages import ArrivalBasis, RawMessage, Route
from privacy.reminders import Audience
from privacy.rights import Right
from privacy.staffing import StaffMember
from privacy.work import Decision
from responders.answers import ARTICLES, Ground, Reason
from storage.cases import list_cases
from storage.drafts import Draft, get_draft
from storage.messages import keep_raw

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
FACTS = "You asked for the same last week."
SAM = Actor(address="sam@autocloz.example", os_user="sam")
OLGA = StaffMember(address="olga@autocloz.example", roles=frozenset({Audience.DPO}))
MAIL = (
    b"From: Anne <anne@person.example>\r\nTo: privacy@autocloz.example\r\nSubject: My data\r\n"
    b"Message-ID: <anne1@person.example>\r\n\r\n"
    b"Please send me a copy of all personal data you hold about me.\r\n"
)


@dataclass
class Waiting:
    """A refusal that Sam wrote, on a desk whose clock a test may turn."""

    app: FastAPI
    database: Any
    draft_id: UUID
    now: datetime

    @property
    def path(self) -> str:
        return f"/drafts/{self.draft_id}"

    @property
    def draft(self) -> Draft:
        with self.database.reading() as reading:
            return get_draft(reading, self.draft_id)

    def person(self, name: str, *roles: Role, **facts: Any) -> TestClient:
        address = f"{name}@autocloz.example"
        return sign_in(self.app, *(roles or (Role.APPROVER,)), address=address, **facts)

    def send(self, client: TestClient, step: str = "", **fields: str) -> Any:
        path = f"{self.path}/{step}" if step else self.path
        return send(client, path, **({"seen": self.draft.digest} | fields))

    def change(self, client: TestClient, **fields: str) -> Any:
        letter = self.draft.message.letter
        text = letter.text.replace(FACTS, "You asked for the same on Monday.")
        return self.send(client, **({"subject": letter.subject, "text": text} | fields))


@pytest.fixture
def waiting(desk: Desk) -> Waiting:
    return waiting_on(desk)


def waiting_on(desk: Desk, **changes: Any) -> Waiting:
    terms = WorkTerms(undo=timedelta(minutes=5))
    services = replace(
        desk.services, desk=replace(desk.services.desk, **({"work": terms} | changes))
    )
    raw = RawMessage(
        raw=MAIL,
        mailbox="privacy@autocloz.example",
        route=Route.FILE,
        received_at=NOW,
        arrival_basis=ArrivalBasis.GIVEN,
    )
    with desk.database.transaction() as transaction:
        keep_raw(transaction, [raw], now=NOW)
    process_batch(services, NOW)
    with desk.database.reading() as reading:
        reference = list_cases(reading, limit=1)[0].reference
    wanted = WantedAnswer(
        reference=reference,
        right=Right.ACCESS,
        decision=Decision.REFUSED,
        reason=Reason(ground=Ground.EXCESSIVE, facts=FACTS, article=ARTICLES[Ground.EXCESSIVE]),
    )
    draft_id = answer_right(desk.database, services.desk, wanted, actor=SAM, now=NOW)
    found = Waiting(app=None, database=desk.database, draft_id=draft_id, now=NOW)  # type: ignore[arg-type]
    found.app = desk_app(services, lambda: found.now)
    return found


def test_the_letter_stands_beside_what_the_person_wrote(waiting: Waiting) -> None:
    page = waiting.person("dana").get(waiting.path).text
    assert "a copy of all personal data" in page
    assert FACTS in page
    assert "Nothing keeps these words from leaving." in page


def test_it_is_in_the_list_of_whoever_can_approve_it_and_not_of_its_author(
    waiting: Waiting,
) -> None:
    assert waiting.path in waiting.person("dana").get("/drafts").text
    assert waiting.path not in waiting.person("sam").get("/drafts").text
    assert waiting.path in waiting.person("sam").get("/drafts?show=all").text


def test_whoever_changes_the_words_sees_the_difference_and_does_not_approve_them(
    waiting: Waiting,
) -> None:
    omar = waiting.person("omar")
    assert waiting.change(omar).status_code == 303
    page = omar.get(waiting.path).text
    assert re.search(r"<ins>on\s+Monday", page)
    assert re.search(r"<del>last\s+week", page)
    assert "/approve" not in page
    assert waiting.send(omar, "approve").status_code == 409
    assert waiting.send(waiting.person("dana"), "approve").status_code == 303


def test_words_that_cannot_be_saved_are_not_lost(waiting: Waiting) -> None:
    omar, before = waiting.person("omar"), waiting.draft
    answer = waiting.change(omar, text="Dear Anne, kept words", seen="0" * 64)
    assert answer.status_code == 422
    assert "kept words" in answer.text
    assert "meanwhile" in answer.text
    assert waiting.draft == before


def test_words_are_read_while_they_are_typed_and_nothing_is_stored(waiting: Waiting) -> None:
    before = waiting.draft
    answer = waiting.send(waiting.person("omar"), "lint", subject="No reference", text="Hello")
    assert "subject: does not end with the reference" in answer.text
    assert "<html" not in answer.text
    assert waiting.draft == before


def test_nobody_approves_words_that_they_did_not_see(waiting: Waiting) -> None:
    seen = waiting.draft.digest
    waiting.change(waiting.person("omar"))
    answer = waiting.send(waiting.person("dana"), "approve", seen=seen)
    assert answer.status_code == 409
    assert "changed meanwhile" in answer.text


def test_a_letter_that_was_sent_back_is_in_its_authors_list_with_the_reason(
    waiting: Waiting,
) -> None:
    dana, sam = waiting.person("dana"), waiting.person("sam")
    assert waiting.send(dana, "back", reason="Say it <kindly>.").status_code == 303
    assert waiting.path in sam.get("/drafts?show=back").text
    assert "Say it &lt;kindly&gt;." in sam.get(waiting.path).text
    assert waiting.path not in dana.get("/drafts").text


def test_after_the_second_approval_the_page_says_when_it_leaves_and_undoes_it_until_then(
    waiting: Waiting,
) -> None:
    dana, omar = waiting.person("dana"), waiting.person("omar")
    waiting.send(dana, "approve")
    assert "1 more has to approve it" in dana.get(waiting.path).text
    waiting.send(omar, "approve")
    assert "24 Nov 2026, 09:05 UTC" in omar.get(waiting.path).text
    assert waiting.send(dana, "undo").status_code == 303
    assert "0 of 2 approvals" in dana.get(waiting.path).text
    waiting.send(dana, "approve")
    waiting.send(omar, "approve")
    waiting.now += timedelta(minutes=5)
    assert "Undo" not in dana.get(waiting.path).text
    assert waiting.send(dana, "undo").status_code == 409


def test_a_rejected_letter_leads_back_to_its_case(waiting: Waiting) -> None:
    dana = waiting.person("dana")
    answer = waiting.send(dana, "reject")
    assert answer.headers["location"].startswith("/cases/PR-")
    assert "rejected" in dana.get(waiting.path).text


def test_a_refusal_waits_for_the_opinion_of_the_officer_who_is_not_told_what_to_think(
    desk: Desk,
) -> None:
    waiting = waiting_on(desk, staff=(OLGA,))
    dana, olga = waiting.person("dana"), waiting.person("olga", Role.DPO)
    assert "comes first" in dana.get(waiting.path).text
    assert waiting.send(dana, "approve").status_code == 409
    field = re.search(r'<textarea id="opinion"[^>]*>(.*?)</textarea>', olga.get(waiting.path).text)
    assert field is not None
    assert field[1] == ""
    assert send(olga, f"{waiting.path}/opinion", opinion="I would grant it.").status_code == 303
    assert "I would grant it." in dana.get(waiting.path).text
    assert waiting.send(dana, "approve").status_code == 303


def test_the_letter_as_html_is_in_a_frame_that_runs_and_loads_nothing(waiting: Waiting) -> None:
    answer = waiting.person("dana").get(f"{waiting.path}/as-html")
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("sandbox; default-src 'none'")
    assert FACTS in answer.text


def test_a_letter_of_a_region_that_they_may_not_see_is_not_there(waiting: Waiting) -> None:
    far = waiting.person("dana", regions=frozenset({"elsewhere"}))
    assert far.get(waiting.path).status_code == 404
    assert waiting.send(far, "approve").status_code == 404
    assert waiting.path not in far.get("/drafts?show=all").text
