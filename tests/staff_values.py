"""A letter of Anne that came by post, as staff enter it."""

from casework.adding import HandRequest
from casework_values import DAY, ERASE, NOON, PRIVACY
from privacy.by_hand import Channel

ARRIVED = NOON - 3 * DAY  # a Friday
POSTAL = "Anne Example, 1 Sample Street, Sampletown"
BY_POST = HandRequest(
    channel=Channel.POST,
    received_at=ARRIVED,
    mailbox=PRIVACY,
    text=ERASE,
    name="Anne",
    postal=POSTAL,
)
