"""Finds business cards that stand below the name of a letter without any mark: function, company, street, telephone.

A card is told by a way of contact and by what it does not hold: sentences, and numbers that are the writer's own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from intake.folding_footers import is_prose
from intake.folding_lines import MAX_LOOK, LineClass, is_rule
from intake.folding_vocabulary import Words
from intake.folding_writer import ENDS, Writer

LONGEST_CARD, LONGEST_LINE = 13, 120  # lines with text; characters
FEWEST_CONTACTS = 2  # on a card of one line without dividers
LONGEST_PERSON = 60  # characters of the line with the name
MOST_NAMES, LONGEST_CLOSING = 4, 6  # words after a closing, words of one
SENTENCE, FEWEST_WORDS = re.compile(r"[^\W\d]{4,}[.!]$|[。！]$"), 4
LABEL = re.compile(r"\s*([^\W\d][^:：]{1,40})[:：]\s*\S")
# What else is told with a colon on a card: registers, tax numbers, pages, addresses.
CARD_LABEL = re.compile(
    r"[tmfewdph]\b|http|skype|linkedin|site|internet|adres|address|direcci|indirizzo|адрес|διεύθυνση|住所|地址|주소|sitz|hrb|hra|ust|vat|kvk|btw"
    r"|iban|bic|swift|company|registered|geschäfts|steuer|cvr|nip|krs|regon|ičo|ico|dič|siret|siren|rcs|tva|cif|p\. ?iva|org|y-tunnus|oib|eik"
    r"|еик|инн|огрн|єдрпоу|reg|amtsg|handelsreg|vorsitz|vorstand|gerant|administr|capital|si[èe]ge|sede|sídlo|zetel|säte|székhely|siedzib|c\. ?f|n°|nr|adósz|cégj|cui|fax",
    re.IGNORECASE,
)
DIVIDERS = re.compile(r"\S\s*[|•·]\s*\S")
TITLE = re.compile(r"[^\W\d]{2,5}\.")


@dataclass(slots=True)
class LetterEnd:
    """A letter as the readers of its end see it; `taken` are the lines that another rule has cut."""

    lines: Sequence[str]
    classes: Sequence[LineClass]
    words: Words
    taken: set[int]
    writer: Writer


class CardReader(LetterEnd):
    """Looks upwards from the end of a letter to its closing, or to the name of its writer."""

    def find(self) -> tuple[int, int] | None:
        """Return the lines [first:after) of the card; closing and name of the letter stay."""
        below: list[int] = []
        named: list[int] | None = None
        for number in self.upwards():
            line = self.lines[number]
            if is_closing(line, self.words):
                return self.card(self.without_name(number, below[::-1]))
            if closes_with_name(line, self.words):
                return self.card(below[::-1])
            if self.writer.signs(line):
                named = below[::-1]
            if len(below) > LONGEST_CARD or not self.may_stand_on_card(line):
                break
            below.append(number)
        return self.card(named) if named is not None else None

    def upwards(self) -> Iterator[int]:
        """Yield the lines with text from the last one of the letter upwards, up to one that another rule has taken."""
        number = len(self.lines) - 1
        while number >= 0 and (number in self.taken or self.classes[number] is LineClass.EMPTY):
            number -= 1
        while number >= 0 and number not in self.taken:
            if self.classes[number] is not LineClass.EMPTY:
                yield number
            number -= 1

    def without_name(self, closing: int, below: list[int]) -> list[int]:
        """Return the lines below a closing without the name that was typed there, unless it is the head of the card."""
        if not below:
            return below
        head = self.lines[below[0]]
        if is_rule(head) or self.heads_card(closing, below):
            return below
        if len(head) > LONGEST_PERSON or self.words.contacts.search(head) is not None:
            return []
        return below[1:]

    def heads_card(self, closing: int, below: list[int]) -> bool:
        """Tell whether a name with a title, apart from the closing and close to what follows, is the card's."""
        head = self.lines[below[0]]
        is_apart = below[0] > closing + 1 and len(below) > 1 and below[1] == below[0] + 1
        return is_apart and TITLE.match(head.strip()) is not None and self.holds_name(head)

    def holds_name(self, line: str) -> bool:
        return len(self.writer.names.intersection(line.lower().split())) > 1

    def card(self, below: list[int]) -> tuple[int, int] | None:
        """Return the lines when they are a business card."""
        lines = [self.lines[number] for number in below]
        contacts = sum(len(self.words.contacts.findall(line[:MAX_LOOK])) for line in lines)
        is_divided = len(lines) > 1 or any(DIVIDERS.search(line) for line in lines)
        is_card = contacts >= FEWEST_CONTACTS or (contacts > 0 and is_divided)
        if not is_card or len(lines) > LONGEST_CARD or self.speaks(lines):
            return None
        return below[0], below[-1] + 1

    def may_stand_on_card(self, line: str) -> bool:
        """Tell whether a line is short, no sentence, and has no label of another kind."""
        if len(line) > LONGEST_LINE or is_prose(line):
            return False
        bare = line.strip()
        if len(bare.split()) >= FEWEST_WORDS and SENTENCE.search(bare[-20:]) is not None:
            return False
        label = LABEL.match(line)
        return (
            label is None
            or CARD_LABEL.match(label[1].strip()) is not None
            or self.words.contacts.search(line) is not None
        )

    def speaks(self, lines: Sequence[str]) -> bool:
        """Tell whether anything there is a person's sentence, or names a number of the writer's."""
        text = "\n".join(lines).lower()
        if self.words.speaks.occur_in(text) or self.words.first_person.occur_in(text):
            return True
        figures = [line for line in text.split("\n") if any(char.isdigit() for char in line)]
        return any(part in line for line in figures for part in self.words.own_numbers)


def is_closing(line: str, words: Words) -> bool:
    """Tell whether a line is a polite closing ("Kind regards,")."""
    return len(line) < LONGEST_LINE and line.strip(ENDS).lower() in words.closings


def closes_with_name(line: str, words: Words) -> bool:
    """Tell whether a closing and a name stand in one line ("Thanks, Anne")."""
    if len(line) > LONGEST_PERSON:
        return False
    pieces = line.split()
    most = min(MOST_NAMES, len(pieces) - 1)
    for names in range(1, most + 1) if len(pieces) <= MOST_NAMES + LONGEST_CLOSING else ():
        opening = " ".join(pieces[:-names]).strip(ENDS).lower()
        if opening in words.closings:
            return all(piece[0].isupper() for piece in pieces[-names:])
    return False
