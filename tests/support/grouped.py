"""Which tests one worker runs in a row (`pytest -n 2 --dist loadgroup`): those of a file, which share what is dear to make; and all that
share the one deployment of `tests/aws/deployed`."""

from __future__ import annotations

from typing import Any

from xdist.scheduler import LoadScopeScheduling

DEPLOYED = "tests/aws/deployed/"
ALONE = ("test_packages.py",)
"""In that folder, and without it."""


class Grouped(LoadScopeScheduling):
    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return DEPLOYED if file.startswith(DEPLOYED) and not file.endswith(ALONE) else file


def scheduler(config: Any, log: Any) -> Grouped | None:
    """None for what xdist itself does otherwise."""
    return Grouped(config, log) if config.getvalue("dist") == "loadgroup" else None
