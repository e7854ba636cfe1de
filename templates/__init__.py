"""The words: one folder for each letter, and the renderer that fills it in."""

from templates.check import Expected, check_letter
from templates.render import available, render_letter
from templates.vocabulary import Words, fallback_line, languages, words_of

__all__ = [
    "Expected",
    "Words",
    "available",
    "check_letter",
    "fallback_line",
    "languages",
    "render_letter",
    "words_of",
]
