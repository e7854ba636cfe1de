"""The trail as a whole: what was changed or taken away is found, and what no segment covers is named."""

import io
import json
import subprocess
import sys
import zipfile
from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update

from casework.auditing import look_through, write_down_ends
from casework.trail_export import EXPORT_CHAIN, export_trail
from casework_values import BOTH_ENGINES, SAM
from privacy.audit import AuditEvent, AuditKind
from privacy.audit_checks import Fault
from privacy.audit_segments import segment_hash
from storage.anchor_rows import AUDIT_ANCHOR, AUDIT_SEGMENT
from storage.audit import append, events_of
from storage.ids import new_id
from storage.signing import public_key_of
from storage.tables import AUDIT_CHAIN, AUDIT_EVENT


def happen(desk, chain, times=1):
    events = [
        AuditEvent(
            chain=chain,
            kind=AuditKind.CASE_OPENED,
            at=desk.now + timedelta(seconds=n),
            actor="daemon",
            payload={"n": n},
        )
        for n in range(times)
    ]
    with desk.database.transaction() as transaction:
        append(transaction, events)


@pytest.fixture
def chains(desk):
    """Three chains of three events each, written down in a first segment, and one more event each in a second."""
    found = [new_id() for _ in range(3)]
    for chain in found:
        happen(desk, chain, 3)
    write_down_ends(desk.database, desk.now)
    for chain in found:
        happen(desk, chain)
    write_down_ends(desk.database, desk.now)
    return found


def change(desk, *statements):
    with desk.database.transaction() as transaction:
        for statement in statements:
            transaction.change(statement)


def faults(desk, *kept):
    return {(one.fault, one.where) for one in look_through(desk.database, kept).findings}


def event_at(chain, position):
    return (AUDIT_EVENT.c.chain == chain) & (AUDIT_EVENT.c.position == position)


def cut_chain(desk, chain, length):
    """As somebody who knows how it is built: the end is moved along with the events."""
    with desk.database.reading() as reading:
        last = select(AUDIT_EVENT.c.link).where(event_at(chain, length - 1))
        head = reading.fetch(last).scalar_one()
    change(
        desk,
        delete(AUDIT_EVENT).where(AUDIT_EVENT.c.chain == chain, AUDIT_EVENT.c.position >= length),
        update(AUDIT_CHAIN).where(AUDIT_CHAIN.c.chain == chain).values(length=length, head=head),
    )


@BOTH_ENGINES
@pytest.mark.usefixtures("chains")
def test_a_trail_that_nobody_touched_is_whole(desk):
    report = look_through(desk.database)
    assert report.is_whole
    assert (report.chains, report.events, report.segments) == (3, 12, 2)
    assert (report.unanchored, report.unanchored_since) == (0, None)
    assert report.last_hash == segment_hash(report.last)


def test_an_empty_trail_is_whole_and_needs_no_segment(desk):
    assert write_down_ends(desk.database, desk.now) == []
    report = look_through(desk.database)
    assert report.is_whole
    assert (report.chains, report.segments, report.last, report.last_hash) == (0, 0, None, None)


def test_chains_that_did_not_grow_are_in_no_further_segment(desk, chains):
    assert write_down_ends(desk.database, desk.now) == []
    happen(desk, chains[0])
    (segment,) = write_down_ends(desk.database, desk.now)
    assert (segment.number, segment.chains) == (3, 1)


def test_what_came_after_the_last_segment_is_named_as_unanchored(desk, chains):
    happen(desk, chains[1], 2)
    happen(desk, new_id())
    report = look_through(desk.database)
    assert report.is_whole
    assert (report.unanchored, report.unanchored_since) == (3, desk.now)


def test_a_tail_cut_after_the_last_segment_leaves_the_trail_whole(desk, chains):
    """It cannot be seen from within: the report says so beforehand, by naming what is unanchored."""
    happen(desk, chains[1], 2)
    cut_chain(desk, chains[1], 4)
    report = look_through(desk.database)
    assert report.is_whole
    assert report.unanchored == 0


@BOTH_ENGINES
@pytest.mark.parametrize(
    "values",
    [{"actor": "nobody"}, {"payload": '{"n":7}'}, {"kind": AuditKind.CASE_CLOSED}, {"salt": None}],
    ids=lambda values: next(iter(values)),
)
def test_an_event_that_was_changed_is_found(desk, chains, values):
    change(desk, update(AUDIT_EVENT).where(event_at(chains[1], 1)).values(**values))
    assert (Fault.EVENT_CHANGED, str(chains[1])) in faults(desk)


def test_two_events_that_changed_places_are_found(desk, chains):
    for old, new in ((1, 99), (2, 1), (99, 2)):
        change(desk, update(AUDIT_EVENT).where(event_at(chains[0], old)).values(position=new))
    assert (Fault.EVENT_CHANGED, str(chains[0])) in faults(desk)


def test_an_event_that_was_taken_out_is_found(desk, chains):
    change(desk, delete(AUDIT_EVENT).where(event_at(chains[0], 1)))
    assert (Fault.EVENT_CHANGED, str(chains[0])) in faults(desk)


def test_a_tail_cut_off_before_a_segment_is_found_though_the_end_was_moved_along(desk, chains):
    cut_chain(desk, chains[2], 3)
    assert faults(desk) == {(Fault.ANCHOR_LOST, str(chains[2]))}


def test_an_end_that_was_moved_alone_is_found(desk, chains):
    change(desk, delete(AUDIT_EVENT).where(event_at(chains[2], 3)))
    assert (Fault.END_MOVED, str(chains[2])) in faults(desk)


def test_a_chain_that_is_gone_whole_is_found(desk, chains):
    for table in (AUDIT_EVENT, AUDIT_CHAIN):
        change(desk, delete(table).where(table.c.chain == chains[0]))
    assert faults(desk) == {(Fault.ANCHOR_LOST, str(chains[0]))}


def test_a_chain_that_is_gone_with_what_was_written_down_of_it_is_found_by_the_segment(
    desk, chains
):
    for table in (AUDIT_EVENT, AUDIT_CHAIN, AUDIT_ANCHOR):
        change(desk, delete(table).where(table.c.chain == chains[0]))
    assert (Fault.SEGMENT_CHANGED, "segment 1") in faults(desk)


def test_a_chain_that_was_written_anew_is_found(desk, chains):
    for table in (AUDIT_EVENT, AUDIT_CHAIN):
        change(desk, delete(table).where(table.c.chain == chains[0]))
    happen(desk, chains[0], 5)
    assert (Fault.ANCHOR_LOST, str(chains[0])) in faults(desk)


def test_a_segment_that_was_changed_or_taken_out_is_found(desk, chains):
    happen(desk, chains[0])
    write_down_ends(desk.database, desk.now)
    change(desk, delete(AUDIT_SEGMENT).where(AUDIT_SEGMENT.c.number == 2))
    assert (Fault.SEGMENT_MISSING, "segment 3") in faults(desk)


@pytest.mark.usefixtures("chains")
def test_a_segment_with_another_day_is_not_signed(desk):
    later = update(AUDIT_SEGMENT).where(AUDIT_SEGMENT.c.number == 1)
    change(desk, later.values(at=desk.now + timedelta(days=1)))
    assert {(Fault.SIGNATURE_WRONG, "segment 1"), (Fault.SEGMENT_MISSING, "segment 2")} <= faults(
        desk
    )


@pytest.mark.usefixtures("chains")
def test_segments_cut_off_are_missed_by_whoever_kept_a_hash(desk):
    kept = look_through(desk.database).last_hash
    change(
        desk,
        delete(AUDIT_SEGMENT).where(AUDIT_SEGMENT.c.number == 2),
        delete(AUDIT_ANCHOR).where(AUDIT_ANCHOR.c.segment == 2),
    )
    assert faults(desk) == set()
    assert faults(desk, kept) == {(Fault.UNKNOWN_ANCHOR, kept)}


def test_an_erased_payload_leaves_the_trail_whole(desk, chains):
    change(desk, update(AUDIT_EVENT).where(event_at(chains[1], 1)).values(payload=None, salt=None))
    assert look_through(desk.database).is_whole


def exported(desk, path):
    with path.open("w+b") as file:
        return export_trail(desk.database, file, by=(SAM, desk.now))


def check(path, desk, *words):
    """As an auditor does: with Python alone, from a folder in which there is nothing of ours."""
    key = public_key_of(desk.database.keys).hex()
    return subprocess.run(
        [sys.executable, "-I", str(path), key, *words],
        capture_output=True,
        text=True,
        cwd=path.parent,
        check=False,
        timeout=60,
    )


@pytest.mark.usefixtures("chains")
def test_the_exported_trail_checks_itself_with_python_alone(desk, tmp_path):
    kept = look_through(desk.database).last_hash
    written = exported(desk, tmp_path / "trail.zip")
    assert (written.chains, written.events, written.segments) == (3, 12, 2)
    done = check(tmp_path / "trail.zip", desk, kept)
    assert (done.returncode, done.stderr) == (0, "")
    assert "every chain and every segment hold" in done.stdout


@pytest.mark.usefixtures("chains")
def test_the_same_trail_gives_the_same_bytes_and_its_export_is_in_the_trail(desk):
    files = [io.BytesIO(), io.BytesIO()]
    for file in files:
        before = look_through(desk.database).events
        export_trail(desk.database, file, by=(SAM, desk.now))
        with desk.database.reading() as reading:
            last = events_of(reading, EXPORT_CHAIN)[-1]
        assert (last.kind, last.payload["events"]) == (AuditKind.TRAIL_EXPORTED, before)
        change(desk, delete(AUDIT_EVENT).where(AUDIT_EVENT.c.chain == EXPORT_CHAIN))
        change(desk, delete(AUDIT_CHAIN).where(AUDIT_CHAIN.c.chain == EXPORT_CHAIN))
    assert files[0].getvalue() == files[1].getvalue()


def rewritten(path, name, alter):
    """The same file with one part of it altered."""
    with zipfile.ZipFile(path) as archive:
        parts = {each: archive.read(each) for each in archive.namelist()}
    parts[name] = alter(parts[name])
    with zipfile.ZipFile(path, "w") as archive:
        for each, content in parts.items():
            archive.writestr(each, content)


def another_actor(lines):
    forms = [json.loads(line) for line in lines.splitlines()]
    forms[5]["actor"] = "nobody"
    return "".join(json.dumps(form) + "\n" for form in forms).encode()


@pytest.mark.parametrize(
    ("name", "alter", "told"),
    [
        ("events.jsonl", another_actor, "event_changed"),
        ("events.jsonl", lambda lines: b"".join(lines.splitlines(keepends=True)[4:]), "gone"),
        ("segments.jsonl", lambda lines: lines.splitlines(keepends=True)[1], "segment_missing"),
        ("anchors.jsonl", lambda lines: lines.replace(b'"length":4', b'"length":3'), "anchor_lost"),
        ("SIGNATURE", lambda _: b"00" * 64, "has not signed this file"),
        ("ends.jsonl", lambda _: b"", "end_moved"),
    ],
    ids=["event", "chain", "segment", "anchor", "signature", "ends"],
)
@pytest.mark.usefixtures("chains")
def test_a_file_that_was_altered_is_told(desk, tmp_path, name, alter, told):
    path = tmp_path / "trail.zip"
    exported(desk, path)
    rewritten(path, name, alter)
    done = check(path, desk)
    assert done.returncode == 1
    assert told in done.stdout


@pytest.mark.usefixtures("chains")
def test_a_hash_that_is_in_no_segment_is_told(desk, tmp_path):
    exported(desk, tmp_path / "trail.zip")
    done = check(tmp_path / "trail.zip", desk, "ab" * 32)
    assert (done.returncode, done.stdout) == (1, f"WRONG: no segment has the hash {'ab' * 32}\n")


@pytest.mark.usefixtures("chains")
def test_a_file_that_is_no_trail_is_told_in_one_line(desk, tmp_path):
    exported(desk, tmp_path / "trail.zip")
    rewritten(tmp_path / "trail.zip", "segments.jsonl", lambda _: b"{")
    done = check(tmp_path / "trail.zip", desk)
    assert done.returncode == 1
    assert "cannot be checked: JSONDecodeError" in done.stdout
    assert "Traceback" not in done.stderr
