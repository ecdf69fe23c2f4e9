"""One SQL statement, and not two: where does the text end, outside of quotes and comments?

Drivers differ in what they do with a second statement; so none is handed one. Where dialects quote differently the
reading is the strict one: a semicolon with anything behind it is refused unless every dialect would take it for text.
"""

from __future__ import annotations

import re
from typing import Final

_TOKEN: Final = re.compile(
    r"""
      '(?:[^'\\]|'')*'          # text; a backslash is text in one dialect and an escape in another: not skipped
    | "(?:[^"\\]|"")*"          # a name, or text in MySQL
    | `(?:[^`\\]|``)*`          # a name in MySQL
    | --[^\n]*                  # a comment to the end of its line
    | /\*(?!!)(?:(?!/\*)[^*]|\*(?!/))*\*/   # a comment that holds no other, and is none of MySQL's that are run
    | ;
    | .
    """,
    re.VERBOSE | re.DOTALL,
)


def is_single(statement: str) -> bool:
    """False for an empty text, and where anything but space and comments stands behind a semicolon."""
    something = ended = False
    for match in _TOKEN.finditer(statement):
        token = match[0]
        if token == ";":
            ended = True
        elif token.isspace() or token.startswith("--") or (token.startswith("/*") and len(token) > 2):
            continue
        elif ended:
            return False
        else:
            something = True
    return something
