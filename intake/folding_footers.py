"""What stands below a letter and is no part of it: marked signatures, lawyers' boilerplate, scanners' lines.

Conservative: a line that may be a person's request stays. Keeping too much costs a second look, cutting costs the request.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from intake.folding_lines import MAX_LOOK, SIGNATURE_MARKS, is_rule
from intake.folding_vocabulary import Words

LONGEST_SIGNATURE = 15  # lines with text; more is a letter below a drawn line
LONGEST_NAME = 6  # words in the first line of a signature whose mark is not the standard one
PROSE = 9  # words of a line that is a sentence
RULED_SIGNATURE = 6  # lines below a short rule that many also draw between paragraphs
DISCLAIMER_WORDS, FURTHER_DISCLAIMER_WORDS = 2, 3
WRAPPED_LINE, SENTENCE_ENDS = 45, tuple(".!?:;。")
LIST_FOOTER = "mailing list"
LONGEST_HEADING = 6  # words
SHORTEST_NOTICE, SHORTEST_UNSPACED_NOTICE = 50, 20  # characters
MAX_PARAGRAPH = 20_000  # characters of a paragraph that are looked at
LIST_ITEM = re.compile(r"\s*(?:\d{1,2}[.)]|[-*•·–])\s")
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
    if not is_name_like(first) or LIST_ITEM.match(first):
        return is_boilerplate(first, words)
    return not any(is_prose(line) and not is_boilerplate(line, words) for line in block)


def is_name_like(line: str) -> bool:
    """Tell whether a line is short and in capitals where its script has them, as names and titles are."""
    names = line.split()
    small = sum(name[0].islower() for name in names)
    return (
        len(names) <= LONGEST_NAME
        and line[-1] not in "?!:,"
        and (len(names) == 1 or small * 2 <= len(names))
    )


def is_mark(line: str) -> bool:
    return line.strip() in SIGNATURE_MARKS or is_rule(line)


def boilerplate(
    lines: Sequence[str], words: Words, *, is_opening: bool, is_below: bool
) -> tuple[int, int]:
    """Return which lines [start:end) of a paragraph are boilerplate; start equals end when none are.

    Mails without blank lines hold letter and boilerplate in one paragraph, so the lines around are looked at one by one.
    """
    lowered = [line.strip().lower() for line in lines]
    notice = find_notice(lowered, words)
    if notice is not None:
        return notice, end_of_notice(lowered, notice)
    text = " ".join(" ".join(lowered)[:MAX_PARAGRAPH].split())
    if is_below and goes_on(text, words):
        return 0, len(lines)
    if (is_opening and len(lines) == 1) or not is_disclaimer(text, words):
        return 0, 0
    return around_anchor(lowered, words)


def find_notice(lowered: Sequence[str], words: Words) -> int | None:
    """Return the line with which a notice of a scanner, a gateway or a mailing list begins."""
    for number, line in enumerate(lowered):
        following = lowered[number + 1] if number + 1 < len(lowered) else ""
        if words.notices.occur_in(line[:MAX_LOOK]):
            return number
        if (
            line
            and following
            and wraps(line)
            and words.notices.occur_in(f"{line} {following}"[:MAX_LOOK])
        ):
            return number
        if is_rule(line) and LIST_FOOTER in following and "://" in " ".join(lowered[number:]):
            return number
    return None


def end_of_notice(lowered: Sequence[str], first: int) -> int:
    """Return the line after a notice: what it wraps onto and the links below go with it."""
    after = first + 1
    is_list = is_rule(lowered[first])
    while after < len(lowered) and (
        is_list or wraps(lowered[after - 1]) or "www." in lowered[after] or "://" in lowered[after]
    ):
        after += 1
    return after


def is_disclaimer(text: str, words: Words) -> bool:
    """Tell whether a paragraph (lower case) holds a disclaimer: an anchor, two more of its words, and nobody says "I"."""
    if not words.disclaimer_anchors.occur_in(text):
        return False
    return count_words(text, words) >= DISCLAIMER_WORDS and not words.first_person.occur_in(text)


def is_closing_notice(lines: Sequence[str], words: Words) -> bool:
    """Tell whether lines below the name are boilerplate: secrecy, or a company's notice on data protection."""
    text = " ".join(lines)[:MAX_PARAGRAPH].lower()
    if len(text) < (SHORTEST_NOTICE if text.isascii() else SHORTEST_UNSPACED_NOTICE):
        return False
    if not (is_secret(text, words) or is_data_notice(text, words)):
        return False
    return not words.first_person.occur_in(text)


def is_secret(text: str, words: Words) -> bool:
    """Tell whether a text speaks of secrecy and of the right or wrong recipient, as only lawyers' text does."""
    is_about_both = holds(text, words.secret) and holds(text, words.addressed)
    return is_about_both and count_words(text, words) >= DISCLAIMER_WORDS


def is_data_notice(text: str, words: Words) -> bool:
    """Tell whether a text informs the reader of the processing of data: it names rights and asks for none."""
    if not holds(text, words.data_notices):
        return False
    return sum(word in text for word in words.data_notice_words) >= DISCLAIMER_WORDS


def holds(text: str, parts: Sequence[str]) -> bool:
    return any(part in text for part in parts)


def goes_on(text: str, words: Words) -> bool:
    """Tell whether a paragraph (lower case) below a disclaimer belongs to it."""
    return count_words(text, words) >= FURTHER_DISCLAIMER_WORDS and not words.first_person.occur_in(
        text
    )


def around_anchor(lowered: Sequence[str], words: Words) -> tuple[int, int]:
    """Return the lines of a disclaimer: the one with its anchor, and those around that have its words or run on."""
    anchor = next((n for n, line in enumerate(lowered) if has_anchor(lowered, n, words)), 0)
    start, end = anchor, anchor + 1
    while start > 0 and is_part(lowered, start - 1, start, words):
        start -= 1
    while end < len(lowered) and is_part(lowered, end, end, words):
        end += 1
    return start, end


def has_anchor(lowered: Sequence[str], number: int, words: Words) -> bool:
    """Tell whether an anchor stands in a line, or in it and the next one together."""
    pair = f"{lowered[number]} {''.join(lowered[number + 1 : number + 2])}"
    return words.disclaimer_anchors.occur_in(pair[:MAX_PARAGRAPH])


def is_part(lowered: Sequence[str], number: int, joint: int, words: Words) -> bool:
    """Tell whether a line belongs to a disclaimer beside it; `joint` is the lower line of the two that meet."""
    if count_words(lowered[number], words):
        return True
    return (
        wraps(lowered[joint - 1]) and len(lowered[joint - 1].split()) >= PROSE and number == joint
    )


def wraps(line: str) -> bool:
    """Tell whether a line is so long and so open that its sentence goes on below."""
    return len(line) >= WRAPPED_LINE and line.rstrip()[-1:] not in SENTENCE_ENDS


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
