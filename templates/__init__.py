"""The words: what each letter says in each language, and the renderer that fills it in."""

from templates.book import OUR_BOOK, Book
from templates.render import available, write_letter
from templates.vocabulary import Words, fallback_line, languages, words_of

__all__ = [
    "OUR_BOOK",
    "Book",
    "Words",
    "available",
    "fallback_line",
    "languages",
    "words_of",
    "write_letter",
]
