"""What a thief of the disk finds, what erasing leaves behind, and mail that moves to another region."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from privacy.ports import OAuthTokens, SendReceipt
from storage.case_writes import ADDRESS
from storage.cases import add_cases, get_case
from storage.database import open_database
from storage.datakeys import erase_keys, load_keys
from storage.drafts import Draft, add_drafts, get_draft
from storage.failures import CannotUnseal, NotFound
from storage.ids import new_id
from storage.messages import (
    claim_messages,
    finish_messages,
    get_message,
    keep_raw,
    move_raw,
    raw_of,
)
from storage.outbox import claim_letter, enqueue, letters_of_case, mark_sent
from storage.tables import DATA_KEY, OUTGOING, PARTY, RAW_MESSAGE
from storage.tokens import save_tokens

LEASE = timedelta(minutes=5)
CANARY = "canary7391"


def work_through(database, make):
    """Put the canary wherever a person's words and addresses go."""
    address = f"{CANARY}@{CANARY}.example"
    raw = make.raw_message(
        f"From: {address}\r\nSubject: {CANARY}\r\n\r\n{CANARY}".encode(),
        envelope_from=address,
        envelope_to=(address,),
    )
    case = make.case(
        requester=address,
        requester_name=CANARY,
        items=(make.item(quote=f"Please delete {CANARY}"),),
    )
    letter = make.outbound().letter.__class__(
        kind="acknowledgement", language="en", subject=CANARY, text=CANARY, html=CANARY
    )
    message = make.outbound(
        recipient=address,
        letter=letter,
        in_reply_to=f"<{CANARY}@x.example>",
        references=(f"<{CANARY}@y.example>",),
    )
    draft = Draft(
        draft_id=new_id(),
        case_id=case.case_id,
        inbound_id=None,
        kind="acknowledgement",
        message=message,
        digest="d",
        reasons=(),
        created_at=make.now,
        due_on=date(2026, 3, 9),
    )
    with database.transaction() as transaction:
        keep_raw(transaction, [raw], now=make.now)
        add_cases(transaction, [case], now=make.now)
        enqueue(transaction, [make.queued(case, message=message)])
        add_drafts(transaction, [draft])
        save_tokens(
            transaction,
            make.privacy,
            OAuthTokens(access_token=CANARY, refresh_token=CANARY, expires_at=make.now),
        )
    with database.transaction() as transaction:
        [claimed] = claim_messages(transaction, now=make.now, limit=1, lease=LEASE)
        sender = database.lookup_key("address", address)
        finish_messages(
            transaction, [make.finished(claimed, case_id=case.case_id, sender_key=sender)]
        )
        leased = claim_letter(transaction, now=make.now, lease=LEASE)
        receipt = SendReceipt(provider_id=None, answer=f"250 ok <{address}>")
        mark_sent(
            transaction,
            leased.letter_id,
            lease_token=leased.lease_token,
            receipt=receipt,
            at=make.now,
        )
    return claimed.inbound_id, case, draft


def test_the_files_of_the_database_hold_no_word_of_a_person(tmp_path, make):
    settings = make.settings_for(f"sqlite:///{tmp_path / 'a.db'}")
    database = open_database(settings, make.key_ring(), region="default")
    work_through(database, make)
    with database.reading() as reading:
        reading.fetch(select(RAW_MESSAGE)).all()
        files = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    database.close()
    assert files
    for name, content in files.items():
        assert CANARY.encode() not in content.lower(), name
        assert CANARY.encode("utf-16-le") not in content, name


def test_the_rows_of_the_database_hold_no_word_of_a_person(database, make):
    work_through(database, make)
    with database.reading() as reading:
        for table in OUTGOING.metadata.sorted_tables:
            for row in reading.fetch(select(table)):
                assert CANARY not in str(row), table.name


def test_an_erased_case_and_message_can_never_be_read_again(database, make):
    inbound_id, case, draft = work_through(database, make)
    with database.transaction() as transaction:
        erase_keys(transaction, [inbound_id, case.case_id])
        with pytest.raises(CannotUnseal):
            raw_of(transaction, inbound_id)
    with database.reading() as reading:
        assert (
            reading.fetch(
                select(DATA_KEY.c.owner_id).where(DATA_KEY.c.owner_id == inbound_id)
            ).all()
            == []
        )
        assert CANARY not in str(get_case(reading, case.case_id).requester)
        assert {row.message.recipient for row in letters_of_case(reading, case.case_id)} == {
            "(erased)"
        }
        assert get_draft(reading, draft.draft_id).message.recipient == "(erased)"


def test_bytes_moved_to_another_persons_row_do_not_open(database, make):
    _, case, _ = work_through(database, make)
    other = make.case()
    with database.transaction() as transaction:
        add_cases(transaction, [other], now=make.now)
    with database.reading() as reading:
        load_keys(reading, [case.case_id, other.case_id])
        question = select(PARTY.c.sealed_address).where(PARTY.c.case_id == case.case_id)
        sealed = bytes(reading.fetch(question).scalar_one())
        with pytest.raises(CannotUnseal):
            reading.vault.unseal(other.case_id, ADDRESS, sealed)


def test_secure_delete_leaves_no_wrapped_key_in_the_file(tmp_path, make):
    settings = make.settings_for(f"sqlite:///{tmp_path / 'a.db'}")
    database = open_database(settings, make.key_ring(), region="default")
    inbound_id, _, _ = work_through(database, make)
    with database.reading() as reading:
        question = select(DATA_KEY.c.wrapped).where(DATA_KEY.c.owner_id == inbound_id)
        wrapped = bytes(reading.fetch(question).scalar_one())
    assert wrapped in (tmp_path / "a.db").read_bytes()
    with database.transaction() as transaction:
        erase_keys(transaction, [inbound_id])
    database.close()
    assert all(wrapped not in file.read_bytes() for file in tmp_path.iterdir())


@pytest.fixture
def target(tmp_path, make):
    settings = make.settings_for(f"sqlite:///{tmp_path / 'eu.db'}")
    database = open_database(settings, make.key_ring(5), region="eu")
    yield database
    database.close()


def move(source, target, inbound_id):
    with source.transaction() as from_here, target.transaction() as to_there:
        move_raw(from_here, to_there, inbound_id)


def test_a_message_moves_to_the_database_of_its_region(database, target, make):
    inbound_id, _, _ = work_through(database, make)
    with database.reading() as reading:
        raw, before = raw_of(reading, inbound_id), get_message(reading, inbound_id)
    move(database, target, inbound_id)
    with target.reading() as reading:
        assert raw_of(reading, inbound_id) == raw
        there = get_message(reading, inbound_id)
    assert (there.received_at, there.outcome, there.case_id) == (
        before.received_at,
        before.outcome,
        before.case_id,
    )
    with database.reading() as reading:
        assert get_message(reading, inbound_id).moved_to == "eu"
        assert reading.fetch(select(RAW_MESSAGE)).all() == []
        with pytest.raises(CannotUnseal):
            raw_of(reading, inbound_id)


def test_a_move_cut_between_the_two_commits_is_finished_by_the_next(database, target, make):
    inbound_id, _, _ = work_through(database, make)
    with pytest.raises(ValueError, match="cut"):
        cut_move(database, target, inbound_id)
    with database.reading() as reading:
        assert raw_of(reading, inbound_id)
    move(database, target, inbound_id)
    with target.reading() as reading:
        assert raw_of(reading, inbound_id)
    with database.reading() as reading:
        assert get_message(reading, inbound_id).moved_to == "eu"


def cut_move(source, target, inbound_id):
    with source.transaction() as from_here:
        with target.transaction() as to_there:
            move_raw(from_here, to_there, inbound_id)
        raise ValueError("cut")


def test_the_same_bytes_coming_again_are_known_after_the_move(database, target, make):
    message = make.raw_message(b"moved")
    with database.transaction() as transaction:
        [kept] = keep_raw(transaction, [message], now=make.now)
        [claimed] = claim_messages(transaction, now=make.now, limit=1, lease=LEASE)
        finish_messages(transaction, [make.finished(claimed)])
    move(database, target, kept.inbound_id)
    with database.transaction() as transaction:
        [again] = keep_raw(transaction, [message], now=make.now)
    assert (again.inbound_id, again.is_new) == (kept.inbound_id, False)


def test_only_a_worked_message_that_is_here_moves(database, target, make):
    with database.transaction() as transaction:
        [kept] = keep_raw(transaction, [make.raw_message()], now=make.now)
    for inbound_id in (kept.inbound_id, new_id()):
        with pytest.raises(NotFound):
            move(database, target, inbound_id)
