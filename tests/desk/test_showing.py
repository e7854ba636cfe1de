from casework.showing import LONGEST_SHOWN, MOST_BYTES_READ, show_message

PLAIN = b"From: anne@person.example\r\nSubject: Hello\r\n\r\nDelete me"


def test_it_shows_the_words_as_plain_text():
    shown = show_message(PLAIN)
    assert (shown.sender, shown.subject, shown.text) == (
        "anne@person.example",
        "Hello",
        "Delete me",
    )
    assert not shown.is_cut


def test_it_shows_a_long_message_in_part():
    shown = show_message(PLAIN + b" x" * LONGEST_SHOWN)
    assert len(shown.text) == LONGEST_SHOWN
    assert shown.is_cut
    assert show_message(PLAIN + b"\r\n" * MOST_BYTES_READ).is_cut


def test_it_never_raises_and_tells_nothing_in_its_repr():
    for raw in (b"", b"\x00\xff", b"From: x\r\nContent-Type: multipart/mixed\r\n\r\n"):
        show_message(raw)
    assert "anne" not in repr(show_message(PLAIN))
