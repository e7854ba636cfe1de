"""What people do with a case on its pages: each form calls what commands call, and says what is against it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from daemon.wiring import Desk
from desk_values import desk_app, send, sign_in
from privacy.case_events import CaseEventKind
from privacy.cases import Case, CaseState, ItemState
from privacy.desk_roles import Role
from privacy.rights import Right
from privacy.staffing import Absence, StaffMember
from responders.answers import Ground
from storage.case_corrections import notes_of
from storage.case_events import case_events
from storage.cases import find_case
from storage.drafts import drafts_of_case
from storage.holds import held_cases

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


@dataclass
class Anne:
    """Anne's case: she wants a copy of her data."""

    desk: Desk
    app: FastAPI
    reference: str

    @property
    def case(self) -> Case:
        with self.desk.database.reading() as reading:
            found = find_case(reading, self.reference)
        assert found is not None
        return found

    @property
    def item(self) -> str:
        return str(self.case.items[0].item_id)

    def read(self, question: Any) -> Any:
        with self.desk.database.reading() as reading:
            return question(reading, self.case.case_id)

    def send(self, step: str, client: TestClient | None = None, /, **fields: Any) -> Any:
        return send(client or sign_in(self.app), f"/cases/{self.reference}/{step}", **fields)


@pytest.fixture
def anne(desk: Desk, references: list[str]) -> Anne:
    away = Absence(first=date(2026, 11, 20), last=date(2026, 12, 1), deputy="dana@autocloz.example")
    staff = (
        StaffMember(address="omar@autocloz.example", absences=(away,)),
        StaffMember(address="dana@autocloz.example"),
    )
    services = replace(desk.services, desk=replace(desk.services.desk, staff=staff))
    return Anne(desk, desk_app(services, lambda: NOW), references[0])


def test_one_click_on_the_page_of_the_case_makes_a_right_another_one(anne: Anne) -> None:
    assert anne.case.items[0].right is Right.ACCESS
    page = sign_in(anne.app).get(f"/cases/{anne.reference}").text
    assert 'name="right" value="portability"' in page
    assert anne.send("right", item=anne.item, right="portability").status_code == 303
    states = {one.right: one.state for one in anne.case.items}
    assert states[Right.ACCESS] is ItemState.NOT_A_REQUEST
    assert states[Right.PORTABILITY] is ItemState.RECEIVED
    assert anne.case.items[1].quote == anne.case.items[0].quote


def test_a_right_that_nobody_asked_for_ends(anne: Anne) -> None:
    anne.send("right", item=anne.item, right="none")
    assert anne.case.items[0].state is ItemState.NOT_A_REQUEST


def test_a_right_is_added_with_the_words_that_ask_for_it(anne: Anne) -> None:
    answer = anne.send("add-right", right="erasure", quote="words that nobody wrote")
    assert answer.status_code == 422
    assert "the quote is in no message of the case" in answer.text
    assert "words that nobody wrote" in answer.text
    anne.send("add-right", right="objection:marketing", quote="personal data you hold")
    assert [one.right for one in anne.case.items] == [Right.ACCESS, Right.OBJECTION]


def test_language_lane_and_laws_are_corrected(anne: Anne) -> None:
    assert anne.send("facts", language="de").status_code == 303
    assert anne.case.language == "de"
    assert anne.send("laws", laws=["ccpa"]).status_code == 303
    assert set(anne.case.laws) == {"house", "ccpa"}


def test_the_page_shows_the_later_date_before_the_letter_that_tells_it_is_written(
    anne: Anne,
) -> None:
    page = sign_in(anne.app).get(f"/cases/{anne.reference}/acts").text
    assert re.search(r"access: <time[^>]*>.*?→ <strong><time[^>]*>", page)
    anne.send("extend", item=anne.item, ground="We have to ask three of our systems.")
    (draft,) = anne.read(drafts_of_case)[-1:]
    assert draft.kind == "extension"
    again = anne.send("extend", item=anne.item, ground="Once more.")
    assert "no law extends twice" in again.text


def test_the_clock_waits_and_goes_on(anne: Anne) -> None:
    assert "no later date binds" in page_after(anne, "pause", waits_for="clarification")
    assert "goes on" in page_after(anne, "go-on")
    kinds = [one.kind for one in anne.read(case_events)]
    assert CaseEventKind.CLARIFICATION_ASKED in kinds


def page_after(anne: Anne, step: str, **fields: Any) -> str:
    client = sign_in(anne.app)
    answer = anne.send(step, client, **fields)
    assert answer.status_code == 303, answer.text
    return client.get(answer.headers["location"]).text


def test_a_refusal_is_written_with_its_ground_and_waits_for_somebody_else(anne: Anne) -> None:
    without = anne.send("answer", item=anne.item, decision="refused")
    assert without.status_code == 422
    assert "refusal-without-ground" in without.text
    told = page_after(
        anne,
        "answer",
        item=anne.item,
        decision="refused",
        basis=str(Ground.EXCESSIVE),
        facts="You asked for the same last week.",
    )
    assert "Somebody else approves it" in told
    assert [one.kind for one in anne.read(drafts_of_case)] == ["refusal"]


def test_nothing_is_granted_without_a_line_of_what_was_done(anne: Anne) -> None:
    answer = anne.send("answer", item=anne.item, decision="granted", what="A copy", where="product")
    assert "Each line of what was done says what, where and when." in answer.text


def test_a_case_in_which_something_is_owed_is_not_closed(anne: Anne) -> None:
    answer = anne.send("close", reason="nothing_asked")
    assert answer.status_code == 422
    assert "Not done:" in answer.text


def test_a_right_that_the_person_took_back_is_ended(anne: Anne) -> None:
    anne.send("end", item=anne.item, step="withdraw", reason="she called")
    assert anne.case.items[0].state is ItemState.WITHDRAWN


def test_a_split_case_is_merged_again_and_the_merge_undone(anne: Anne) -> None:
    anne.send("add-right", right="erasure", note="she called")
    told = page_after(anne, "split", rights=["erasure"])
    (other,) = set(re.findall(r"worked as (PR-[0-9A-Z-]+)", told))
    anne_other = Anne(anne.desk, anne.app, other)
    assert anne_other.case.items[0].right is Right.ERASURE
    assert anne.send("merge", other=other).status_code == 303
    (merged,) = (one for one in (anne, anne_other) if one.case.state is not CaseState.OPEN)
    assert merged.send("unmerge").status_code == 303
    assert {one.case.state for one in (anne, anne_other)} == {CaseState.OPEN}
    assert [one.right for one in anne_other.case.items] == [Right.ERASURE]


def test_a_case_is_held_and_released(anne: Anne) -> None:
    anne.send("hold", reason="a claim in court")
    held = lambda reading, case_id: held_cases(reading, [case_id])  # noqa: E731
    assert anne.read(held)
    anne.send("release", reason="settled")
    assert not anne.read(held)


def test_a_note_is_kept_with_the_case_and_shown_there(anne: Anne) -> None:
    assert "she called &lt;twice&gt;" in page_after(anne, "note", text="she called <twice>")
    assert [one.text for one in anne.read(notes_of)] == ["she called <twice>"]


def test_who_asks_is_decided_with_a_reason_and_nothing_is_chosen_beforehand(anne: Anne) -> None:
    page = sign_in(anne.app).get(f"/cases/{anne.reference}/acts").text
    field = re.search(r'<select id="identity-level".*?</select>', page, re.DOTALL)
    assert field is not None
    assert "selected" not in field[0]
    assert anne.send("identity", level="L9", reason="she logged in").status_code == 422


def test_who_is_away_and_who_stands_in_is_shown(anne: Anne) -> None:
    page = sign_in(anne.app).get(f"/cases/{anne.reference}/acts").text
    assert re.search(
        r"omar@autocloz\.example.*?away.*?1 Dec 2026.*?dana@autocloz\.example stands in", page
    )


def test_a_task_of_another_case_is_not_ended_here(anne: Anne) -> None:
    answer = anne.send("task", task=anne.item)
    assert answer.status_code == 422
    assert "no such open task" in answer.text


def test_a_case_of_a_region_that_they_may_not_see_is_not_there(anne: Anne) -> None:
    far = sign_in(anne.app, Role.APPROVER, regions=frozenset({"elsewhere"}))
    assert anne.send("note", far, text="hello").status_code == 404
    assert far.get(f"/cases/{anne.reference}/acts").status_code == 404
    assert anne.read(notes_of) == []
