"""The kinds of tasks that close by themselves when a person has done what they ask for."""

from __future__ import annotations

APPROVE_LETTER = "approve_letter"
ANSWER_BY_HAND = "answer_by_hand"
LOOK_AT_MESSAGE = "look_at_message"
READ_BY_HAND = "read_by_hand"
