"""How many examples a property test tries: the one place for their number.

`MURMUR_PROVE=50 pytest ...` (`make prove`) multiplies every number by 50. No example has a deadline: a machine that is
busy with other things proves nothing about the code. Unmultiplied, the examples are the same in every run, so that what
`make test` says of a tree does not change; `make prove` draws new ones.
"""

from __future__ import annotations

import os

from hypothesis import settings

_FACTOR = int(os.environ.get("MURMUR_PROVE", "1"))


def examples(count: int) -> settings:
    return settings(max_examples=count * _FACTOR, deadline=None, derandomize=_FACTOR == 1)
