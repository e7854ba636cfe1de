"""The SMTP listener alone in a process: says its port, then at the end of stdin how much memory it took."""

import asyncio
import json
import sys
from datetime import UTC, datetime
from pathlib import Path

from intake.listener_settings import ListenerSettings
from intake.smtp import start_listener
from privacy.messages import RawMessage

TICK = 0.01


async def main() -> None:
    loop = asyncio.get_running_loop()
    kept: list[int] = []

    async def keep(raw: RawMessage) -> None:
        kept.append(len(raw.raw))

    settings = ListenerSettings(port=0, mailboxes=("privacy@autocloz.example",))
    listener = await start_listener(settings, keep=keep, clock=_now, loop=loop)
    say(port=listener.port)
    lag = loop.create_task(_longest_lag())
    await loop.run_in_executor(None, sys.stdin.read)
    lag.cancel()
    await listener.close(1)
    say(peak_mib=peak_kib() // 1024, kept=kept, lag_seconds=_worst[0])


def peak_kib() -> int:
    """Peak memory of this program alone: ru_maxrss would begin with that of the process that started it."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1])


_worst = [0.0]


async def _longest_lag() -> None:
    loop = asyncio.get_running_loop()
    while True:
        before = loop.time()
        await asyncio.sleep(TICK)
        _worst[0] = max(_worst[0], loop.time() - before - TICK)


def _now() -> datetime:
    return datetime.now(UTC)


def say(**facts: object) -> None:
    sys.stdout.write(json.dumps(facts) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main())
