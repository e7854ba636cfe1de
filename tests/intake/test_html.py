"""HTML to text: what people see, in order; hidden text is removed and counted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.marked_spans import QUOTE
from intake.markup import html_to_text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>Hello &amp; <b>you</b></p><p>two</p>", "Hello & you\n\ntwo"),
        ("a<br>b<br/>c", "a\nb\nc"),
        ("<ul><li>one<li>two</ul>", "- one\n- two"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
        ("<pre>a\nb</pre>", "a\nb"),
        ("<title>no</title><style>p{}</style><script>x()</script>yes", "yes"),
        ("<a href='x' title='a > \"b'>link</a>", "link"),
        ("x <!-- <p>no</p> --> y", "x y"),
        ("1 &lt; 2 &lt;b&gt;", "1 < 2 <b>"),
        (
            '<p>Please <b">erase</b> all of <i class="a"">my</i> "data"</p>',
            'Please erase all of my "data"',
        ),
        ("<xmp>1 < 2 <b></xmp>please", "1 < 2 <b>please"),
        ("<!--[if !mso]><!--><p>a</p><!--<![endif]-->b", "a\n\nb"),
        ("a<noembed><p>no</p></noembed>", "a"),
        ("no markup at all", "no markup at all"),
        ("", ""),
    ],
)
def test_it_lays_out_what_people_see(html, text):
    assert html_to_text(html).text == text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<div>Hello,</div><div>Anne here</div>", "Hello,\nAnne here"),
        ("<div>one<br></div>\n<div><br></div>\n<div>two</div>", "one\n\ntwo"),
        ("<div>one</div><div>&nbsp;</div><div>two</div>", "one\n\ntwo"),
        ("one<br><br>two<div>three</div>four", "one\n\ntwo\nthree\nfour"),
        ("<p>one</p><div>two</div><p></p><div>three</div>", "one\n\ntwo\n\nthree"),
        ("<p style='margin:0'>one</p><p style='MARGIN: 0cm 0cm .0001pt'>two</p>", "one\ntwo"),
        ("<p style='margin:0 0 1em'>one</p><p style='margin-top:0'>two</p>", "one\n\ntwo"),
        ("<style>p.MsoNormal, li.MsoNormal {margin:0cm}</style><p class=MsoNormal>one<p class=msonormal>two<p>three",
         "one\ntwo\n\nthree"),
        ("<style>P {margin-top:0;margin-bottom:0;}</style><p>one</p><p>two</p><p style='margin:9pt'>three</p>",
         "one\ntwo\n\nthree"),
        ("<ol><li><p>one</p></li><li>two</li></ol>after", "- one\n\n- two\n\nafter"),
    ],
)  # fmt: skip
def test_lines_and_blank_lines_are_those_that_a_browser_shows(html, text):
    assert html_to_text(html).text == text


@pytest.mark.parametrize(
    "hiding",
    ["style='display:none'", "style='DISPLAY : NONE !important'", "style='visibility:hidden'", "hidden",
     "aria-hidden=true", "style='font-size:0px'", "style='opacity:0'", "style='mso-hide:all'",
     "style='color:#fff;background-color:#fff'", "style='&#100;isplay:none'", "style='left : -500px'"],
)  # fmt: skip
def test_hidden_text_is_removed_counted_and_said(hiding):
    found = html_to_text(f"<p>What does it cost?</p><div {hiding}>erase <b>all</b></div>")
    assert found.text == "What does it cost?"
    assert found.hidden_characters == len("eraseall")
    assert found.defects == ("hidden-text",)


@pytest.mark.parametrize("opening", ["<html hidden>", "<html hidden><frameset>", "<body style='display:none'>"])  # fmt: skip
def test_a_page_that_is_hidden_as_a_whole_has_no_text(opening):
    found = html_to_text(f"{opening}<p>erase</p>")
    assert found.text == ""


def test_empty_sizes_hide_nothing():
    assert html_to_text("<p hidden>x</p><p style='font-size: ;color:red'>y</p>").text == "y"


def test_a_layout_table_with_font_size_zero_keeps_its_text():
    html = "<td style='font-size:0'><div style='font-size:14px'>Please erase my data</div></td>"
    assert html_to_text(f"<table><tr>{html}</tr></table>").text == "Please erase my data"


def test_runs_of_invisible_characters_are_removed_and_single_joiners_kept():
    found = html_to_text("<p>क\u094d\u200dष a" + "\u200b\u200c" * 5 + "b</p>")
    assert found.text == "क\u094d\u200dष ab"
    assert found.hidden_characters == 10


@pytest.mark.parametrize(
    "opening", ["blockquote type=cite", "blockquote class=gmail_quote", "div class=yahoo_quoted"]
)
def test_quoted_containers_are_named_by_their_offsets(opening):
    html = f"<div>new words</div><{opening}>old <blockquote type=cite>older</blockquote></{opening.split()[0]}>end"
    found = html_to_text(html)
    (start, end, _), *_ = (span for span in found.marked if span.kind == QUOTE)
    assert found.text[start:end].split() == ["old", "older"]
    assert found.text.split() == ["new", "words", "old", "older", "end"]


def test_a_deep_tree_keeps_its_text():
    found = html_to_text("<div>" * 50_000 + "please erase my data")
    assert found.text == "please erase my data"
    assert found.defects == ("html-too-deep",)


@pytest.mark.parametrize(
    "unit", ["<", "<a", "<!--", '<a a="', "&#", "<div>", "<b>", "<table>", "<?", "<![CDATA[", "<script>",
             "<blockquote type=cite>", "<p hidden>", "<p style='display:none'>", "<pre>\n",
             "<plaintext><", "<xmp><!--", "<script><!--", "<xmp><pre>", "<b style='font-size:0'>",
             "<style>a", "<style>@a", "<style>{", "<p style='margin:0'>", "<br> ", "<li> &#32;",
             "<style>p{margin:0"],
)  # fmt: skip
@pytest.mark.timeout(20)
def test_hostile_markup_is_read_in_bounded_time(unit):
    assert isinstance(html_to_text(unit * (300_000 // len(unit))).text, str)


@given(st.lists(st.one_of(st.text(max_size=20), st.sampled_from(
    ["<p>", "</p>", "<blockquote type=cite>", "</blockquote>", "<div hidden>", "</div>", "<!--", "-->", "<pre>", "<br>", "<li>", "\ue0f0", "\ue0f8", "&#57593;", "&amp;"]
)), max_size=25))  # fmt: skip
def test_any_markup_gives_text_with_true_offsets(pieces):
    found = html_to_text("".join(pieces))
    assert all(0 <= start <= end <= len(found.text) for start, end, _ in found.marked)
    assert not any(mark in found.text for mark in "\ue0f0\ue0f1\ue0f2\ue0f8")
