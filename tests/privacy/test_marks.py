"""Marks: one letter for many people, filled for each, and never more than text."""

import pytest

from privacy.errors import Permanent
from privacy.marks import LONGEST_VALUE, mould_of
from privacy.messages import Letter

LETTER = Letter(
    kind="notice",
    language="en",
    subject="A change for %[workspace]",
    text="Dear %[name], %[workspace] is told. 100% sure, %[No] mark.\n",
    html="<p>Dear %[name], %[workspace] is told.</p>\n",
)
VALUES = (("name", "Olivia"), ("workspace", "Kite & <Sons>"))


def test_a_letter_is_filled_everywhere_and_escaped_in_its_page_alone() -> None:
    filled = mould_of(LETTER).fill(VALUES)
    assert filled.subject == "A change for Kite & <Sons>"
    assert filled.text == "Dear Olivia, Kite & <Sons> is told. 100% sure, %[No] mark.\n"
    assert filled.html == "<p>Dear Olivia, Kite &amp; &lt;Sons&gt; is told.</p>\n"
    assert (filled.kind, filled.language) == ("notice", "en")


def test_a_mark_in_a_value_stays_text() -> None:
    filled = mould_of(LETTER).fill((("name", "%[workspace]"), ("workspace", "Kite")))
    assert filled.text.startswith("Dear %[workspace], Kite")


def test_a_letter_without_marks_is_the_same_for_all() -> None:
    whole = mould_of(LETTER).fill(VALUES)
    assert mould_of(whole).fill(()) is whole


def test_a_mark_without_a_value_is_refused_by_name() -> None:
    assert mould_of(LETTER).names == {"name", "workspace"}
    with pytest.raises(Permanent, match="the mark workspace"):
        mould_of(LETTER).fill((("name", "Olivia"),))


@pytest.mark.parametrize(
    "value", ["a\nb", "a\rb", "a\0", "a\u2028b", "\ud800", "x" * (LONGEST_VALUE + 1)]
)
def test_a_value_is_one_line_of_text(value: str) -> None:
    with pytest.raises(Permanent, match="the value of name"):
        mould_of(LETTER).fill((("name", value), ("workspace", "Kite")))
