"""Chains: runs that start runs, by their ends or by what their tasks say. A chain that goes on too long goes round.

Within a run nothing can go round: its tasks are a DAG, and each is claimed once. Runs can: publishing refuses the loops
that it sees, and nobody sees all. What starts a run is kept as its `origin`, and events of ours and of our tasks begin
with the run that said them; so a chain is followed back by looking at one record a link, and only by starts that have one.

A file that a task writes tells nothing of its run: a loop through a bucket is for publishing to warn of, and for `concurrency` to hold.
"""

from __future__ import annotations

import re
from typing import Final

from events.ports import Ledger

MOST: Final = 16
"""As Lambda's own limit for chains of calls, which does not see ours."""
_SAID_BY: Final = re.compile(r"(r-[a-z2-7]{26})/")


def length(ledger: Ledger, origin: str) -> int:
    """How many runs stand before one that starts from this; `MOST` for as many or more."""
    links = 0
    while links < MOST and (said := _SAID_BY.match(origin)):
        before = ledger.run(said[1])
        if before is None:
            break
        links += 1
        origin = before.origin
    return links
