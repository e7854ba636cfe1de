"""Words that stop an erasure, in every language that letters speak."""

import tomllib

import pytest

from classifier.stopping import LONGEST, says_stop
from templates import languages
from templates.vocabulary import WORDS


@pytest.mark.parametrize("language", sorted(languages()))
def test_the_word_that_the_letter_asks_for_is_known(language):
    letters = tomllib.loads((WORDS / language / "answers.toml").read_text())
    asked = letters["erasure_cool_off"]["stop_reply"].rpartition(":")[2]
    assert says_stop(asked), asked


@pytest.mark.parametrize(
    "text",
    [
        "STOP!",
        "please do not erase it",
        "I’ve changed my mind",
        "don’t",
        "Bitte anhalten.",
        "«stop»",
    ],
)
def test_people_say_it_in_their_own_way(text):
    assert says_stop(text)


@pytest.mark.parametrize(
    "text", ["", "Thank you, go ahead.", "stopwatch", "Danke, machen Sie weiter!", "???"]
)
def test_what_says_nothing_of_it_is_left_to_people(text):
    assert not says_stop(text)


def test_a_very_long_text_is_read_at_its_start_alone():
    assert not says_stop("x " * LONGEST + "stop")
