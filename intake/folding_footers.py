"""What stands below a letter and is no part of it: signatures, contact data, lawyers' boilerplate, scanners' lines.

Conservative: a line that may be a person's request stays. Keeping too much costs a second look, cutting costs the request.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from intake.folding_lines import MAX_LOOK, SIGNATURE_MARKS, is_rule
from intake.folding_vocabulary import Words

LONGEST_SIGNATURE = 15  # lines with text; more is a letter below a drawn line
LONGEST_NAME = 6  # words in the first line of a signature whose mark is not the standard one
LONGEST_CONTACT_BLOCK, LONGEST_CONTACT_LINE, FEWEST_CONTACTS = 12, 90, 2
PROSE = 9  # words of a line that is a sentence
RULED_SIGNATURE = 6  # lines below a short rule that many also draw between paragraphs
DISCLAIMER_WORDS, FURTHER_DISCLAIMER_WORDS = 2, 3
LONGEST_NOTICE = 5  # lines
LONGEST_HEADING = 6  # words
MAX_PARAGRAPH = 20_000  # characters of a paragraph that are looked at
POSTSCRIPT = re.compile(r"\s*(?:p\.?\s?p?\.?s\.?|ps)\s*[:.)\-–—]", re.IGNORECASE)
CONTACT = re.compile(
    r"(?:^|[\s|•·])(?:tel|phone|telephone|fon|mob|mobile|fax|handy|gsm|cell|telefon|telefax|telefono|teléfono|móvil|tél"
    r"|téléphone|portable|tfn|tlf|puh|mobil|телефон|тел|факс|моб|τηλ|电话|電話|手机|전화|t|m|f|e|d|w|e-?mail|mail|web)"
    r"\W{0,4}[+(\d]|\+\d[\d\s()/.\-]{6,20}|www\.\w|https?://|\w@\w",
    re.IGNORECASE,
)
LABEL = re.compile(r"\s*([^\W\d][^:]{1,40}):\s*\S")
CONTACT_LABEL = re.compile(
    r"tel|phone|fon|mob|fax|handy|gsm|cell|t\b|m\b|f\b|e\b|w\b|d\b|e-?mail|mail|web|http|skype|linkedin|тел|факс|моб|τηλ"
    r"|tél|port|tfn|tlf|puh|电话|電話|手机|전화|site|internet|adresse? web|sitz|hrb|ust|vat|kvk|iban|company|registered|geschäfts",
    re.IGNORECASE,
)
HEADING = re.compile(
    r"disclaimer|confidential|haftungsausschluss|vertraulich|avis|aviso|avviso|notice|important|wichtig"
)


def is_prose(line: str) -> bool:
    """Tell whether a line is a sentence, or a question to us."""
    head = line[:MAX_LOOK].strip()
    if head.endswith(("?", "？")):
        return True
    return len(head.split()) >= PROSE and head[-1] in ".!,;:。"


def is_boilerplate(line: str, words: Words) -> bool:
    lowered = line[:MAX_LOOK].lower()
    return words.disclaimer_anchors.occur_in(lowered) or words.notices.occur_in(lowered)


def is_signature(mark: str, block: Sequence[str], words: Words) -> bool:
    """Tell whether the lines with text below a mark are a signature. Below the standard mark (RFC 3676 section 4.3)
    everything is; "--" without its blank, a rule or a dash may also stand between two parts of a letter.
    """
    if len(block) > LONGEST_SIGNATURE:
        return False
    if mark == "-- " or not block:
        return True
    if mark.strip()[:3] in ("---", "___") and len(block) > RULED_SIGNATURE:
        return False
    first = block[0].strip()
    if len(first.split()) > LONGEST_NAME or first[-1] in "?!:,":
        return is_boilerplate(first, words)
    return not any(is_prose(line) and not is_boilerplate(line, words) for line in block)


def is_contact_block(block: Sequence[str]) -> bool:
    """Tell whether lines below name and closing are a business card: two ways of contact, nothing with another label."""
    if not 0 < len(block) <= LONGEST_CONTACT_BLOCK:
        return False
    contacts = 0
    for line in block:
        if len(line) > LONGEST_CONTACT_LINE or is_prose(line):
            return False
        label = LABEL.match(line)
        if label is not None and CONTACT_LABEL.match(label[1].strip()) is None:
            return False
        contacts += len(CONTACT.findall(line))
    return contacts >= FEWEST_CONTACTS


def is_closing(line: str, words: Words) -> bool:
    """Tell whether a line is a polite closing ("Kind regards,")."""
    return (
        len(line) < LONGEST_CONTACT_LINE and line.strip(" ,.!-–—\t\r\xa0").lower() in words.closings
    )


def is_mark(line: str) -> bool:
    return line.strip() in SIGNATURE_MARKS or is_rule(line)


def is_disclaimer(text: str, words: Words) -> bool:
    """Tell whether a paragraph (lower case) is a disclaimer: an anchor, two more of its words, and nobody says "I"."""
    if not words.disclaimer_anchors.occur_in(text):
        return False
    return count_words(text, words) >= DISCLAIMER_WORDS and not words.first_person.occur_in(text)


def goes_on(text: str, words: Words) -> bool:
    """Tell whether a paragraph (lower case) below a disclaimer belongs to it."""
    return count_words(text, words) >= FURTHER_DISCLAIMER_WORDS and not words.first_person.occur_in(
        text
    )


def count_words(text: str, words: Words) -> int:
    """Return how many different words of disclaimers occur."""
    return sum(word in text for word in words.disclaimer_words)


def is_heading(lines: Sequence[str]) -> bool:
    """Tell whether a paragraph is only the heading of a disclaimer, or a rule above it."""
    if len(lines) != 1:
        return False
    head = lines[0][:MAX_LOOK].strip()
    return is_mark(head) or (
        len(head.split()) <= LONGEST_HEADING and HEADING.search(head.lower()) is not None
    )


def is_notice(lines: Sequence[str], text: str, words: Words) -> bool:
    """Tell whether a paragraph is what a scanner, a gateway or a printer's conscience adds."""
    return len(lines) <= LONGEST_NOTICE and words.notices.occur_in(text)
