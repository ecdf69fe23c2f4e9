"""Programs: their door at the gateway, where no token of the user pool is wanted.

CloudFront leads there whoever shows a token of the stack (`mm_...`), so that one address serves people and programs: what comes as
`/programs/api/runs` was asked as `/api/runs`. The token is judged as everywhere else.

What must always hold: nobody is known by any other token there. A person's is judged twice, by the gateway and by the function, and
this door is no way around the first.
"""

from __future__ import annotations

import re
from typing import Final

from handlers.tokens import PREFIX
from schemas.model import JsonObject

DOOR: Final = "/programs"
_OURS: Final = re.compile(rf"bearer +{PREFIX}", re.IGNORECASE)


def by_its_door(event: JsonObject) -> JsonObject:
    """As it would have come by the other one; without who asks, where that is no program."""
    path = str(event.get("rawPath", ""))
    if not path.startswith(f"{DOOR}/"):
        return event
    given = event.get("headers")
    headers = dict(given) if isinstance(given, dict) else {}
    kept = {
        name: value for name, value in headers.items() if name.lower() != "authorization" or _OURS.match(str(value))
    }
    return {**event, "rawPath": path[len(DOOR) :], "headers": kept}
