"""A mailing list that put itself into From: nobody is believed, and the author whom it names is a claim for staff."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.headers import cut_message_head
from intake.list_rewriting import REWRITTEN, without_list
from intake.parse import parse_message
from privacy.messages import Sender

ANNE = "anne@person.example"
LIST = "talk@lists.example"
LIST_ID = "List-Id: Talk <talk.lists.example>\r\n"
LIST_POST = f"List-Post: <mailto:{LIST}>\r\n"
REWRITTEN_FROM = {
    "a group names the author in a field of its own": (
        f"From: 'Anne' via Talk <{LIST}>\r\nX-Original-From: Anne <{ANNE}>\r\n{LIST_ID}",
        ANNE,
    ),
    "a list names the author in Reply-To": (
        f"From: Anne via Talk <{LIST}>\r\nReply-To: Anne <{ANNE}>\r\n{LIST_POST}",
        ANNE,
    ),
    "the author is encoded in the list's address": (
        f"From: Anne <anne=40person.example@dmarc.lists.example>\r\n{LIST_ID}",
        ANNE,
    ),
    "the older way to encode it": (
        f"From: Anne <anne=Person.example@lists.example>\r\n{LIST_ID}",
        ANNE,
    ),
    "the list names nobody": (f"From: Talk <{LIST}>\r\n{LIST_ID}", None),
    "answers go to the list": (
        f"From: Anne via Talk <{LIST}>\r\nReply-To: Talk <{LIST}>\r\n{LIST_POST}",
        None,
    ),
    "two authors are none": (
        f"From: Talk <{LIST}>\r\nReply-To: {ANNE}, olivia@person.example\r\n{LIST_POST}",
        None,
    ),
}
HONEST = {
    "a list that leaves From alone": f"From: Anne <{ANNE}>\r\n{LIST_ID}{LIST_POST}",
    "a list that repeats the author": f"From: {ANNE}\r\nX-Original-From: {ANNE}\r\n{LIST_ID}",
    "an equals sign in somebody's own address": f"From: <{ANNE}>\r\n",
    "a list of another name": f"From: <{ANNE}>\r\nList-Post: <mailto:{LIST}>\r\n",
    "a name that only says so": f"From: Anne via Talk <{ANNE}>\r\n{LIST_ID}",
}
REST = "To: privacy@autocloz.example\r\nSubject: My data\r\n\r\nPlease delete my data.\r\n"


@pytest.mark.edge("E100")
@pytest.mark.parametrize(("head", "author"), REWRITTEN_FROM.values(), ids=REWRITTEN_FROM)
def test_where_a_list_put_itself_into_from_nobody_is_believed(head: str, author: str | None):
    sender = parse_message((head + REST).encode()).sender
    assert (sender.address, sender.reasons) == (None, (REWRITTEN,))
    assert sender.named_by_list == author


@pytest.mark.parametrize("head", HONEST.values(), ids=HONEST)
def test_a_list_that_leaves_from_alone_takes_nobody_s_name(head: str):
    sender = parse_message((head + REST).encode()).sender
    assert sender.address == ANNE
    assert sender.named_by_list is None


def test_no_field_of_a_list_makes_somebody_the_sender():
    """Without a believable From the fields of a list say nothing at all."""
    head = f"From: {ANNE}, {LIST}\r\nX-Original-From: {ANNE}\r\n{LIST_ID}"
    assert parse_message((head + REST).encode()).sender.named_by_list is None


@given(st.binary(max_size=300), st.binary(max_size=300))
def test_any_bytes_in_the_fields_of_a_list_give_an_answer(post: bytes, original: bytes):
    raw = b"From: talk@lists.example\r\nList-Post: " + post + b"\r\nX-Original-From: " + original
    before = Sender(address=LIST)
    after = without_list(cut_message_head(raw + b"\r\n\r\n"), before)
    assert after == before or (after.address is None and after.reasons == (REWRITTEN,))
