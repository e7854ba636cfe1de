"""Our own mails, one quirk each, taken in as files and worked: what becomes of each is what expected.json says."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from casework.importing import import_batch
from daemon.settings import load_settings
from daemon.wiring import Desk, open_desk
from intake.files import iter_files
from storage.cases import find_case
from storage.drafts import list_drafts
from storage.messages import MessageRow, list_messages
from storage.outbox import list_letters

MAILS = Path(__file__).parent / "mails"
EXPECTED: dict[str, dict[str, object]] = json.loads((MAILS / "expected.json").read_text())
ARRIVED = datetime(2026, 11, 20, 10, tzinfo=UTC)
COMPLETE_LANGUAGES = {"en", "de", "und"}  # of the others only the outcome is promised so far


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory):
    """Give the example desk with every mail taken in, in the order of their names."""
    home = tmp_path_factory.mktemp("home")
    settings = load_settings(
        str(Path(__file__).parents[1] / "daemon" / "example.toml"),
        home=str(home),
        environment={"RIGHTSDESK_ANSWERS__IN_ALL_PER_HOUR": "1000"},
    )
    opened = open_desk(settings)
    for name in sorted(EXPECTED):
        mailbox = str(EXPECTED[name].get("mailbox", "privacy@autocloz.example"))
        items = iter_files([str(MAILS / name)], mailbox=mailbox, now=ARRIVED, received_at=ARRIVED)
        import_batch(opened.services, list(items), lambda: ARRIVED)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def rows(desk: Desk) -> dict[str, MessageRow]:
    """Give what became of each mail, by file name; ids grow in the order of arrival."""
    with desk.database.reading() as reading:
        found = list_messages(reading, outcomes=None, limit=len(EXPECTED) + 10)
    in_order = sorted(found, key=lambda row: row.inbound_id)
    assert len(in_order) == len(EXPECTED)
    return dict(zip(sorted(EXPECTED), in_order, strict=True))


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_it_becomes_what_it_should(name: str, rows: dict[str, MessageRow]) -> None:
    row, expected = rows[name], EXPECTED[name]
    assert row.outcome == expected["outcome"], row.reason
    assert row.kind == expected["kind"]
    if expected["language"] in COMPLETE_LANGUAGES:
        assert sorted(row.rights) == sorted(expected["rights"])  # type: ignore[type-var]
        assert row.lane == expected["lane"]


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_it_is_answered_by_itself_only_where_nothing_speaks_against_it(
    name: str, rows: dict[str, MessageRow], desk: Desk
) -> None:
    with desk.database.reading() as reading:
        letters = {letter.inbound_id for letter in list_letters(reading, limit=200)}
    assert (rows[name].inbound_id in letters) == EXPECTED[name]["acknowledged"]


def test_every_right_has_its_clock_and_every_draft_its_reason(
    desk: Desk, rows: dict[str, MessageRow]
) -> None:
    with desk.database.reading() as reading:
        for row in rows.values():
            case = find_case(reading, row.case_reference) if row.case_reference else None
            assert case is None or all(item.due.trace for item in case.items)
        assert all(draft.reasons for draft in list_drafts(reading, limit=200))
