"""What is printed: tables for people, JSON lines for programs, and nothing that could command a terminal."""

import json
import os
from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from daemon.output import as_json, as_table, printable
from daemon.standard_output import StandardOutput
from privacy.deciding import Outcome

COMMANDING = ["\x1b[2J", "\x1b]0;owned\x07", "\x9b31m", "\x00", "\x7f", "\r", "\u202e", "\u2066"]


@pytest.mark.parametrize("characters", COMMANDING)
def test_no_control_character_of_a_value_is_printed(characters):
    row = {"from": f"anne{characters}", "rights": [f"x{characters}"]}
    table, line = as_table([row], ["from", "rights"]), as_json(row)
    assert table.replace("\n", "").isprintable()
    assert line.isprintable()
    assert json.loads(line) == row, "a program still gets the value as it is"


def test_a_value_with_line_ends_stays_in_its_row():
    table = as_table([{"reason": "one\ntwo\r\nthree"}], ["reason"])
    assert len(table.splitlines()) == 2


def test_a_table_is_aligned_cut_and_says_what_is_missing():
    rows = [{"id": "1", "case": None, "text": "x" * 200}, {"id": "22", "case": "PR", "text": ""}]
    head, first, second = as_table(rows, ["id", "case", "text"]).splitlines()
    assert head == "id  case  text"
    assert first.startswith("1   -     xxx")
    assert first.endswith("…")
    assert len(first) <= 72
    assert second == "22  PR"


def test_instants_days_ids_and_words_of_lists_are_written_plainly():
    line = as_json(
        {
            "at": datetime(2026, 11, 23, 9, tzinfo=UTC),
            "on": date(2026, 11, 23),
            "id": UUID(int=7),
            "outcome": Outcome.CASE,
            "text": "Löschung 削除 🙂",
        }
    )
    assert line == (
        '{"at": "2026-11-23T09:00:00Z", "on": "2026-11-23", '
        '"id": "00000000-0000-0000-0000-000000000007", "outcome": "case", '
        '"text": "Löschung 削除 🙂"}'
    )


def test_a_letter_keeps_its_lines():
    assert printable("Dear Anne,\n\x1bwe") == "Dear Anne,\n\N{REPLACEMENT CHARACTER}we"
    assert printable("Pourquoi\u00a0: \u202f\u3000") == "Pourquoi :   "


def test_a_person_at_a_terminal_is_told_from_a_pipe():
    """Only a terminal is shown the access key of the pages."""
    for pair, is_terminal in ((os.openpty(), True), (os.pipe(), False)):
        reader, writer = pair
        with os.fdopen(reader, "rb"), os.fdopen(writer, "w") as stream:
            assert StandardOutput(stream).isatty() is is_terminal
