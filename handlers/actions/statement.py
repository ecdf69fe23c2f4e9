"""One SQL statement, and not two: where does the text end, outside of quotes and comments?

Drivers differ in what they do with a second statement; so none is handed one. Dialects differ in how they quote. Where
they would read on differently (a backslash in a text, `$tag$`, `#`, `[`, a comment in a comment) nothing that follows
counts as quoted any more: a semicolon there, unless it is the last thing, is refused. So one statement may be taken for
two, and never two for one.
"""

from __future__ import annotations

import re
from typing import Final

_TOKEN: Final = re.compile(
    r"""
      (?P<space> \s+ | --(?=\s|$)[^\n]* | /\*(?!!)(?:[^*/]|\*(?!/)|/(?!\*))*\*/ )
    | (?P<quoted> '(?:[^'\\]|'')*' | "(?:[^"\\]|"")*" | `(?:[^`\\]|``)*` )
    | (?P<end> ; )
    | (?P<unsure> ['"`\#$\[] | -- | /\* )
    | .
    """,
    re.VERBOSE | re.DOTALL,
)


def is_single(statement: str) -> bool:
    """False for an empty text too."""
    something = ended = False
    for match in _TOKEN.finditer(statement):
        match match.lastgroup:
            case "space":
                continue
            case "end":
                ended = True
            case _ if ended:
                return False
            case "unsure":
                return ";" not in statement[match.start() :].rstrip().removesuffix(";")
            case _:
                something = True
    return something
