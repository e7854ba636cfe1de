"""Letters that command the reader: whatever a model makes of them, the request stays and nothing leaves by itself."""

from dataclasses import replace

import pytest

from casework_values import COPY, ERASE, LONG, arriving, mail, profile
from classifier.rules import classify_text
from injected_letters import INJECTIONS, OBEDIENT
from model_values import matter, settings_for, with_model, witness_for
from privacy.deciding import Outcome
from privacy.rights import Engine
from servers.model_server import message, model_server, raw, says, statement


@pytest.fixture
def server():
    with model_server() as running:
        yield running


REQUESTS = (ERASE, COPY)


def injected(number, injection):
    request = REQUESTS[number % 2]
    below = number % 3
    return f"{injection}\n\n{request}" if below == 1 else f"{request}\n\n{injection}"


def letters_with_commands():
    return [
        arriving(
            mail(
                injected(number, injection),
                number=number,
                From=f"anne{number}@person{number}.example",
                Content_Transfer_Encoding="8bit",
            )
        )
        for number, injection in enumerate(INJECTIONS)
    ]


def test_there_are_at_least_sixty_injections_and_all_differ():
    assert len(set(INJECTIONS)) == len(INJECTIONS) >= 60


@pytest.mark.parametrize("answer", OBEDIENT, ids=range(len(OBEDIENT)))
@pytest.mark.edge("E179")
def test_a_model_that_obeys_a_letter_changes_no_right_and_calls_a_person(desk, server, answer):
    server.play(says(answer))
    texts = [injected(number, text) for number, text in enumerate(INJECTIONS)]
    witness = witness_for(desk, settings_for(server, at_once=16))
    heard = witness.hear(desk.database, [matter(text=text) for text in texts])
    for text, after in zip(texts, heard, strict=True):
        before = classify_text("", text)
        assert after.rights == before.rights
        assert after.lane is before.lane
        assert after.needs_human or not before.rights
        assert after.engine is Engine.BOTH
    assert server.faults == []


def test_with_an_obedient_model_every_request_is_a_case_and_no_letter_leaves_by_itself(
    desk, server
):
    server.play(*[says(answer) for answer in OBEDIENT] * 20)
    desk.profile = profile(limits=LONG)
    with_model(desk, server, at_once=16)
    rows = desk.receive(*letters_with_commands())
    recognised = [
        (row, classify_text("My data", injected(number, text)))
        for number, (row, text) in enumerate(zip(rows, INJECTIONS, strict=True))
    ]
    for row, rules in recognised:
        if rules.rights:
            assert row.outcome in {Outcome.CASE, Outcome.HELD}
    with_rights = [row for row, rules in recognised if rules.rights]
    assert len(with_rights) >= 60
    assert desk.letters() == []
    assert {case.state for case in desk.cases()} == {"open"}


@pytest.mark.parametrize("number", range(0, len(INJECTIONS), 9))
def test_a_model_that_repeats_the_letter_as_its_answer_says_nothing(desk, server, number):
    text = injected(number, INJECTIONS[number])
    server.play(raw(message({"type": "text", "text": text})))
    witness = witness_for(desk, settings_for(server, attempts=1))
    (heard,) = witness.hear(desk.database, [matter(text=text)])
    before = classify_text("", text)
    assert replace(heard, reasons=before.reasons) == before
    assert heard.reasons[-1] == "model not heard: invalid-answer"


def test_no_letter_can_close_the_marks_around_it(desk, server):
    server.play(says(statement()))
    witness = witness_for(desk, settings_for(server, at_once=1))
    texts = [text for text in INJECTIONS if "message" in text]
    witness.hear(desk.database, [matter(text=text) for text in texts])
    for request in server.seen:
        content = request.json["messages"][0]["content"]
        mark = content.partition(">")[0].removeprefix("<")
        assert content.endswith(f"\n</{mark}>")
        assert content.count(mark) == 2
