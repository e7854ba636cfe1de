"""Runs the real command line, but ends the process by SIGKILL at one named step of a message's path.

Usage: step_killer.py STEP HOURS_LATER run ...; HOURS_LATER moves the desk's clock, so that leases end in a test.
"""

import os
import signal
import sys
from datetime import timedelta

import daemon.clock

# step: (module, name, when). The process dies right before or right after the call.
STEPS = {
    "before-keep": ("casework.receiving", "keep_raw", "before"),
    "after-keep-before-commit": ("casework.receiving", "keep_raw", "after"),
    "after-commit": ("casework.receiving", "DatabaseLedger.keep", "after"),
    "after-claim": ("casework.processing", "complete", "before"),
    "after-read": ("casework.processing", "complete", "after"),
    "before-write-down": ("casework.processing", "write_down", "before"),
    "after-write-down-before-commit": ("casework.processing", "write_down", "after"),
    "after-commit-of-the-case": ("daemon.running", "process_batch", "after"),
    "before-dialling": ("notifier.smtp", "SmtpTransport.send", "before"),
    "after-acceptance": ("notifier.smtp", "SmtpTransport.send", "after"),
    "before-mark": ("casework.sending", "mark_sent", "before"),
    "after-mark-before-commit": ("casework.sending", "mark_sent", "after"),
    "after-sending": ("daemon.running", "send_next", "after-work"),
}


def main() -> int:
    step, hours_later, *arguments = sys.argv[1:]
    shift_clock(float(hours_later))
    if step != "never":
        arm(*STEPS[step])
    from daemon.cli import main as rightsdesk

    return rightsdesk(arguments)


def shift_clock(hours: float) -> None:
    """Must run before anything else imports the clock."""
    true_now = daemon.clock.utc_now
    daemon.clock.utc_now = lambda: true_now() + timedelta(hours=hours)


def arm(module_name: str, path: str, when: str) -> None:
    __import__(module_name)
    owner = sys.modules[module_name]
    *parents, name = path.split(".")
    for parent in parents:
        owner = getattr(owner, parent)
    original = getattr(owner, name)

    def deadly(*arguments, **options):
        if when == "before":
            die()
        result = original(*arguments, **options)
        worked = result if isinstance(result, int) else getattr(result, "worked", True)
        if when == "after" and not (path == "process_batch" and not worked):
            die()
        if when == "after-work" and worked:
            die()
        return result

    setattr(owner, name, deadly)


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main())
