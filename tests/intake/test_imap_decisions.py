"""The pure decisions of the mailbox watcher: windows, batches, pauses, settings."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from intake.imap_arrival import arrival
from intake.imap_backoff import connection_pause, login_pause
from intake.imap_plan import plan_batches, plan_pass, windows
from intake.imap_values import SelectedFolder, selectable, utc_or_none
from intake.settings import MailboxSettings
from privacy.messages import ArrivalBasis, RawMessage, Route
from privacy.ports import FolderCursor

NOON = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
MINIMAL = {"address": "privacy@autocloz.example", "host": "imap.example", "password": "x"}


def selected(uidvalidity=7, uidnext=100):
    return SelectedFolder(uidvalidity=uidvalidity, uidnext=uidnext, exists=0)


def cursor_after(plan, last_uid=99):
    return FolderCursor(
        mailbox=MINIMAL["address"],
        folder="INBOX",
        uidvalidity=plan.uidvalidity,
        last_uid=last_uid,
        answer_from=plan.answer_from,
        first_uidnext=plan.first_uidnext,
    )


def is_history(plan, uid, received_at):
    message = RawMessage(
        raw=b"",
        mailbox=MINIMAL["address"],
        route=Route.IMAP,
        received_at=received_at,
        arrival_basis=ArrivalBasis.INTERNALDATE,
    )
    return plan.label(message, "INBOX", uid).history


@given(first=st.integers(1, 10**6), length=st.integers(0, 2 * 10**6), exists=st.integers(0, 10**6))
def test_windows_cover_every_uid_once_and_are_never_too_many(first, length, exists):
    found = list(windows(first, first + length, exists=exists))
    covered = [uid for start, last in found for uid in (start, last)]
    assert covered == sorted(covered)
    assert sum(last - start + 1 for start, last in found) == length
    assert len(found) <= 20_001


def test_a_folder_with_few_messages_far_apart_is_asked_for_in_few_windows():
    assert len(list(windows(1, 4 * 10**9, exists=3))) == 1
    assert len(list(windows(1, 4 * 10**9, exists=5_000))) <= 6


@given(
    sizes=st.dictionaries(st.integers(1, 99), st.integers(0, 200)),
    alone=st.frozensets(st.integers(1, 99)),
)
def test_batches_keep_the_order_and_both_limits(sizes, alone):
    uids = list(range(1, 100))
    batches = list(plan_batches(uids, sizes, messages=10, octets=100, alone=alone))
    assert [uid for batch in batches for uid in batch] == uids
    for batch in batches:
        assert len(batch) <= 10
        if len(batch) > 1:
            assert sum(sizes[uid] for uid in batch) <= 100  # and all are known
            assert not alone & set(batch)


def test_connections_are_tried_again_after_a_second_and_never_later_than_five_minutes():
    pauses = [connection_pause(n, 0).total_seconds() for n in (1, 2, 3, 20, 10**9)]
    assert pauses == [1, 2, 4, 300, 300]
    assert connection_pause(3, 1).total_seconds() == 2


def test_refused_logins_are_never_more_than_three_in_ten_minutes():
    refused, moment = [], NOON
    for _ in range(12):
        refused.append(moment)
        moment += login_pause(refused, moment, 0)
    for number in range(len(refused) - 3):
        assert refused[number + 3] - refused[number] >= timedelta(minutes=10)
    assert refused[1] - refused[0] == timedelta(minutes=1)
    assert refused[-1] - refused[-2] == timedelta(minutes=30)


@pytest.mark.parametrize(
    ("internaldate", "boundary", "expected"),
    [
        (NOON, None, (NOON, ArrivalBasis.INTERNALDATE)),
        (None, NOON, (NOON, ArrivalBasis.RECEIVED)),
        (NOON, NOON - timedelta(hours=1), (NOON - timedelta(hours=1), ArrivalBasis.RECEIVED)),
        (NOON - timedelta(hours=1), NOON, (NOON - timedelta(hours=1), ArrivalBasis.INTERNALDATE)),
        (None, None, (NOON, ArrivalBasis.UNKNOWN)),
        (NOON + timedelta(days=9), None, (NOON, ArrivalBasis.INTERNALDATE)),
    ],
)
def test_the_earliest_trustworthy_server_time_is_the_arrival(internaldate, boundary, expected):
    assert arrival(internaldate, boundary, NOON) == expected


def test_a_mailbox_needs_little_to_be_said():
    settings = MailboxSettings(**MINIMAL)
    assert (settings.port_number, settings.folders, settings.login_name) == (
        993,
        ("INBOX",),
        "privacy@autocloz.example",
    )
    assert "password='**********'" not in repr(settings) or "x'" not in repr(settings.password)


@pytest.mark.parametrize(
    "changes",
    [
        {"security": "plain"},
        {"password": None},
        {"auth": "oauth2"},
        {"folders": ["a\r\nb"]},
        {"folders": []},
        {"username": "a b"},
        {"username": "a\r\nb"},
        {"host": "imap example"},
        {"idle_renew_seconds": 600},
        {"answer_from": "2026-01-01T00:00:00"},
        {"after_commit": "move", "processed_folder": "INBOX"},
        {"surplus": 1},
    ],
)
def test_unsafe_settings_are_refused(changes):
    with pytest.raises(ValidationError):
        MailboxSettings(**{**MINIMAL, **changes})


def test_plain_text_is_allowed_on_this_machine():
    assert MailboxSettings(**{**MINIMAL, "host": "::1", "security": "plain"}).port_number == 143


def test_an_instant_is_kept_in_utc():
    settings = MailboxSettings(**MINIMAL, answer_from="2026-01-01T01:00:00+01:00")
    assert settings.answer_from == datetime(2026, 1, 1, tzinfo=UTC)
    assert settings.answer_from.tzinfo is UTC


@pytest.mark.parametrize(
    "answered",
    [
        None,
        b"no date",
        datetime(2026, 1, 1),  # noqa: DTZ001
        datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=9))),
    ],
)
def test_an_instant_that_is_none_is_not_made_up(answered):
    assert utc_or_none(answered) is None


def test_folders_that_cannot_be_opened_or_named_safely_are_not_offered():
    assert selectable(((b"\\Noselect",), b"/", "Archive")) == []
    assert selectable(((), b"/", 'a"b')) == []
    assert selectable(((b"\\Junk",), b"/", "Spam"))[0].flags == {"\\junk"}


@pytest.mark.parametrize(
    ("uid", "before", "history"),
    [
        (99, timedelta(seconds=1), True),
        (99, timedelta(0), False),
        (100, timedelta(minutes=9), False),  # the server's clock is behind ours
        (101, timedelta(hours=24), False),
        (101, timedelta(hours=24, seconds=1), True),  # moved in by somebody: INTERNALDATE stays
    ],
)
def test_mail_that_came_after_the_first_contact_is_new_though_the_server_s_clock_is_behind(
    uid, before, history
):
    first = plan_pass(None, selected(uidnext=100), answer_from=None, now=NOON)
    later = plan_pass(
        cursor_after(first), selected(uidnext=200), answer_from=None, now=NOON + timedelta(days=1)
    )
    assert is_history(first, uid, NOON - before) is history
    assert is_history(later, uid, NOON - before) is history


def test_what_the_operator_says_is_no_estimate_and_replaces_the_first_contact():
    late = NOON - timedelta(minutes=9)
    first = plan_pass(None, selected(), answer_from=NOON, now=NOON)
    assert is_history(first, 100, late)
    contact = plan_pass(None, selected(), answer_from=None, now=NOON)
    told = plan_pass(
        cursor_after(contact), selected(uidnext=200), answer_from=NOON, now=NOON + timedelta(days=1)
    )
    assert is_history(told, 100, late)
    after = plan_pass(cursor_after(told), selected(uidnext=200), answer_from=None, now=NOON)
    assert is_history(after, 100, late)


def test_after_a_renumbering_the_uids_of_the_first_contact_mean_nothing():
    contact = plan_pass(None, selected(uidnext=1), answer_from=None, now=NOON)
    late = NOON - timedelta(minutes=9)
    assert not is_history(contact, 1, late)
    renumbered = plan_pass(cursor_after(contact), selected(8), answer_from=None, now=NOON)
    assert is_history(renumbered, 1, late)
    after = plan_pass(cursor_after(renumbered), selected(8), answer_from=None, now=NOON)
    assert is_history(after, 1, late)


def test_where_a_server_names_no_uidnext_the_instant_alone_counts():
    contact = plan_pass(None, selected(uidnext=0), answer_from=None, now=NOON)
    assert is_history(contact, 1, NOON - timedelta(minutes=9))
