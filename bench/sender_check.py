"""What our own check of a sender costs: CPU time for each mail, with answers at hand, and nothing when it is off.

python bench/sender_check.py [--mails 500]
"""

import argparse
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from intake.authenticity import read_results  # noqa: E402 - the paths come first
from intake.parse import parse_message  # noqa: E402
from intake.verification import Arrival, SenderVerifier  # noqa: E402
from sender_keys import MemoryDns, Signer  # noqa: E402

NOW = datetime.now(UTC)
HEAD = b"From: anne@berg.example\r\nTo: privacy@autocloz.example\r\nSubject: my data\r\n\r\n"


def microseconds(work: Callable[[], object], mails: int) -> float:
    work()
    began = time.process_time()
    for _ in range(mails):
        work()
    return (time.process_time() - began) / mails * 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mails", type=int, default=500)
    mails = parser.parse_args().mails
    dns = MemoryDns()
    dns.publish("_dmarc.berg.example", "v=DMARC1; p=reject")
    signer = Signer("berg.example", dns)
    verifier = SenderVerifier(dns=dns)
    for name, size in (("1 kB", 1_000), ("64 kB", 64_000), ("1 MB", 1_000_000)):
        body = b"Please delete all of my data, and tell me when it is done.\r\n" * (size // 60)
        raw = signer.sign(HEAD + body, canonicalize=(b"relaxed", b"relaxed"))
        message = parse_message(raw)
        check = verifier.check_of(raw, Arrival(received_at=NOW))
        assert check(message.sender).level == "aligned"
        cost = microseconds(
            lambda check=check, m=message: check(m.sender), max(5, mails * 1_000 // size)
        )
        print(f"{name:6} signed mail, our own check: {cost:10.0f} µs")
    off = microseconds(lambda: read_results(message, authserv_id=None), mails)
    print(f"switched off: {off:10.1f} µs")


if __name__ == "__main__":
    main()
