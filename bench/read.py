"""What reading costs: by stage, against the bare standard parser, by size, by way of a worker, and for the event loop.

    python3 dev.py bench read [--messages 400] [--rounds 7]

Rounds are interleaved; a ratio is the median of the ratios of each round, with the least and the greatest.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import os
import pickle
import random
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from email import message_from_bytes
from pathlib import Path
from statistics import median

import mailgen
from intake_process import PRIVACY, settings_of, timed

from casework.first_reading import read_first
from casework.reading_errand import FIRST_READING
from classifier.rules import RulesClassifier
from daemon.clock import utc_now
from daemon.running import Daemon
from daemon.settings import Settings
from daemon.wiring import build_ledger, open_desk
from hostile_mails import HOSTILE
from intake import parse
from intake.parse import parse_message
from intake.reader import WorkerPool
from intake.reader_settings import ReadingSettings
from intake.wire import pack, unpack
from privacy.first_reading import MailToRead, ReadingTerms
from privacy.messages import ArrivalBasis, ParsedMessage, RawMessage, Route
from privacy.rights import SURE_ENOUGH
from storage.messages import count_by_outcome

SEED = 11
RULES = RulesClassifier()
TERMS = ReadingTerms(own_addresses=(PRIVACY,), threshold=SURE_ENOUGH)
SIZES = (1_000, 10_000, 100_000, 1_000_000, 5_000_000, 25_000_000)
STAGES = {
    "normalise": "line ends, encoding",
    "cut_message_head": "header block",
    "walk": "tree of parts",
    "read_parts": "transfer encodings, charsets, HTML",
    "decode_header": "encoded words (subject)",
    "gate_sender": "sender gate",
    "compare": "second reader",
    "field_defects": "defects of fields",
    "fold": "quoted history",
    "keep_headers": "headers for the rules",
    "read_embedded": "messages inside",
    "digest": "digest",
}
TICK_SECONDS = 0.005


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--messages", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=7)
    given = parser.parse_args()
    raws = [raw for raw, _ in mailgen.messages(given.messages, seed=SEED, damaged=0.01)]
    size = sum(map(len, raws)) / len(raws) / 1000
    print(f"{len(raws)} messages, {size:.1f} kB each; {os.cpu_count()} cores, load {load()}")
    measure_stages(raws)
    measure_ways(raws, given.rounds)
    measure_encodings(raws, given.rounds)
    measure_sizes(given.rounds)
    asyncio.run(measure_event_loop())
    print(f"load {load()} at the end, this bench included")


def load() -> str:
    return f"{os.getloadavg()[0]:.1f}"


# Stages


def measure_stages(raws: list[bytes]) -> None:
    """Print the share of each stage; the timers themselves cost a little."""
    spent: Counter[str] = Counter()
    for raw in raws:  # loads what a worker has loaded
        parse_message(raw)
    with watched(spent):
        begin = time.process_time()
        for raw in raws:
            parse_message(raw)
        total = time.process_time() - begin
    spent["the rest"] = total - sum(spent.values())
    print(f"\nreading one message in this process: {total / len(raws) * 1e6:.0f} us")
    for stage, seconds in spent.most_common():
        print(f"  {stage:38}{seconds / len(raws) * 1e6:>8.0f} us{seconds / total:>8.1%}")


@contextmanager
def watched(spent: Counter[str]) -> Iterator[None]:
    true = {name: getattr(parse, name) for name in STAGES}
    for name, stage in STAGES.items():
        setattr(parse, name, timed(true[name], stage, spent))
    try:
        yield
    finally:
        for name, function in true.items():
            setattr(parse, name, function)


# Ways


def measure_ways(raws: list[bytes], rounds: int) -> None:
    """Print what a worker process costs, and what the bare standard parser does."""
    with (
        closing(WorkerPool(ReadingSettings(workers=1), FIRST_READING)) as one,
        closing(WorkerPool(ReadingSettings(workers=2), FIRST_READING)) as two,
    ):
        ways: dict[str, Callable[[Iterable[bytes]], object]] = {
            "in this process": lambda raws: [parse_message(raw) for raw in raws],
            "with kind, language and rights": lambda raws: [
                read_first(q, RULES) for q in ask(raws)
            ],
            "standard parser, decoded": lambda raws: list(map(bare, raws)),
            "one worker": lambda raws: list(one.read(ask(raws))),
            "two workers": lambda raws: list(two.read(ask(raws))),
        }
        for way in ways.values():
            way(raws[:50])
        results = interleaved(
            {name: lambda way=way: way(raws) for name, way in ways.items()}, rounds
        )
    print("\nway                             wall, ratio to in this process   own CPU us/msg")
    for name, times in results.items():
        own = median(used for _, used in times) / len(raws) * 1e6
        print(f"  {name:30}{ratio(times, results['in this process']):>28}{own:>16.0f}")
    slower = ratio(results["in this process"], results["standard parser, decoded"])
    print(f"  in this process / standard parser (compat32): {slower}")


def ask(raws: Iterable[bytes]) -> list[MailToRead]:
    return [MailToRead(raw=raw, terms=TERMS) for raw in raws]


def bare(raw: bytes) -> int:
    """The standard library alone: tree, names, decoded payloads."""
    found = 0
    for part in message_from_bytes(raw).walk():
        part.get_filename()
        if not part.is_multipart():
            payload = part.get_payload(decode=True)
            found += len(payload) if isinstance(payload, bytes) else 0
    return found


Times = list[tuple[float, float]]


def interleaved(ways: dict[str, Callable[[], object]], rounds: int) -> dict[str, Times]:
    """Wall and own processor seconds of each way in each round, in rotated order."""
    names = list(ways)
    results: dict[str, Times] = {name: [] for name in names}
    for number in range(rounds):
        turn = number % len(names)
        for name in names[turn:] + names[:turn]:
            begin, used = time.perf_counter(), time.process_time()
            ways[name]()
            results[name].append((time.perf_counter() - begin, time.process_time() - used))
    return results


def ratio(mine: Times, theirs: Times) -> str:
    found = sorted(a / b for (a, _), (b, _) in zip(mine, theirs, strict=True))
    return f"{median(found):.2f} ({found[0]:.2f}-{found[-1]:.2f})"


# Encodings


def measure_encodings(raws: list[bytes], rounds: int) -> None:
    """Print the cost of checked JSON, and of pickle, which was not chosen (decision 0007)."""
    values = list(map(parse_message, raws))
    packed, pickled = list(map(pack, values)), list(map(pickle.dumps, values))
    results = interleaved(
        {
            "pickle: write": lambda: list(map(pickle.dumps, values)),
            "pickle: read": lambda: list(map(pickle.loads, pickled)),
            "checked JSON: write": lambda: list(map(pack, values)),
            "checked JSON: read": lambda: [unpack(one, ParsedMessage) for one in packed],
        },
        rounds,
    )
    print("\nthe way back from a worker")
    for name, times in results.items():
        print(f"  {name:38}{median(used for _, used in times) / len(raws) * 1e6:>8.0f} us")


# Sizes


def measure_sizes(rounds: int) -> None:
    """Print nanoseconds for each byte by size; a linear reader's figures do not grow."""
    print("\nnanoseconds a byte".ljust(33) + "".join(f"{size / 1000:>10,.0f} kB" for size in SIZES))
    for name, build in SHAPES.items():
        cells = []
        for size in SIZES:
            raw = build(size)
            times = [processor(raw) for _ in range(min(rounds, 3))]
            cells.append(f"{min(times) / len(raw) * 1e9:>13.1f}")
        print(f"  {name:30}{''.join(cells)}")


def processor(raw: bytes) -> float:
    repeats = max(1, 300_000 // len(raw))
    begin = time.process_time()
    for _ in range(repeats):
        parse_message(raw)
    return (time.process_time() - begin) / repeats


HEAD = b"From: anne@person.example\r\nTo: privacy@autocloz.example\r\nSubject: My data\r\n"
LINE = b"Please delete all personal data that you hold about me, thank you.\r\n"


def plain(size: int) -> bytes:
    return HEAD + b"\r\n" + LINE * (size // len(LINE))


def html(size: int) -> bytes:
    row = b"<p>Please <b>delete</b> all personal data that you hold about me.</p>\r\n"
    return HEAD + b"Content-Type: text/html\r\n\r\n" + row * (size // len(row))


def attached(size: int) -> bytes:
    content = base64.encodebytes(random.Random(SEED).randbytes(size * 3 // 4))
    head = b"Content-Type: application/pdf; name=a.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    return HEAD + head + content


def parted(size: int) -> bytes:
    part = b"--b\r\nContent-Type: text/plain\r\n\r\n" + LINE
    head = HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
    return head + part * (size // len(part)) + b"--b--\r\n"


def quoted(size: int) -> bytes:
    line = b"> On Monday somebody wrote: " + LINE
    return HEAD + b"\r\n" + line * (size // len(line))


SHAPES = {
    "plain text": plain,
    "HTML": html,
    "attachment in base64": attached,
    "many parts": parted,
    "quoted history": quoted,
}


# Event loop


async def measure_event_loop() -> None:
    """Print the longest absence of a daemon's event loop while it reads hostile mail and mails of 25 MB."""
    with tempfile.TemporaryDirectory() as folder:
        desk = open_desk(daemon_settings(Path(folder)))
        daemon = Daemon(desk)
        await daemon.start()
        await asyncio.sleep(2)
        mails = [build() for build in HOSTILE.values()]
        mails += [shape(25_000_000) for shape in SHAPES.values()]
        calm = await longest_absence(asyncio.sleep(2))
        ledger = build_ledger(desk, lambda: None)
        busy = await longest_absence(asyncio.to_thread(work_off, desk.database, ledger, mails))
        print(
            f"\nevent loop, longest absence: {calm * 1e3:.0f} ms at rest, {busy * 1e3:.0f} ms while"
            f" {len(mails)} hostile mails and mails of 25 MB are kept, read and worked (bound: 250 ms)"
        )
        await daemon.stop()
        desk.close()


def daemon_settings(home: Path) -> Settings:
    return settings_of({"home": str(home), "url": f"sqlite:///{home / 'desk.sqlite3'}"})


def work_off(database: object, ledger: object, mails: list[bytes]) -> None:
    for raw in mails:
        ledger.keep([arriving(raw)])  # type: ignore[attr-defined]
    while True:
        time.sleep(0.1)
        with database.reading() as view:  # type: ignore[attr-defined]
            if "waiting" not in count_by_outcome(view):
                return


def arriving(raw: bytes) -> RawMessage:
    return RawMessage(
        raw=raw,
        mailbox=PRIVACY,
        route=Route.SMTP,
        received_at=utc_now(),
        arrival_basis=ArrivalBasis.LISTENER,
    )


async def longest_absence(work: object) -> float:
    """The longest time by which a tick of the loop came late, in seconds, while the work went on."""
    working = asyncio.ensure_future(work)  # type: ignore[call-overload]
    longest = 0.0
    while not working.done():
        begin = time.perf_counter()
        await asyncio.sleep(TICK_SECONDS)
        longest = max(longest, time.perf_counter() - begin - TICK_SECONDS)
    await working
    return longest


if __name__ == "__main__":
    main()
