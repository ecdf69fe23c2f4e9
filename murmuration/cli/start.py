"""Where the command begins: Ctrl-C before anything is loaded ends it, and shows nobody what was being loaded."""

from __future__ import annotations

import signal


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    from murmuration.cli.main import main as murmur

    signal.signal(signal.SIGINT, signal.default_int_handler)
    murmur()
