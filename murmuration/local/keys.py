"""Keys: which file of a bucket's folder an object is, and which files are no objects.

A key is a path below the bucket's folder, in Unicode's composed form (NFC), as people type it. Files whose names are
composed otherwise (some systems store them decomposed) have the composed key, and are found by it.

Kept apart, in one rule for writing, reading, listing and telling: names that begin with a dot (what systems and editors
leave; our own halves are `.mm-...`), and names that programs give to halves of files. They are never objects, so a half
is never told, and a key that would be one is refused in words.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from schemas.names import BUCKET

HALF: Final = ".mm-"
"""What our own files are called while they are written."""
HALVES: Final = ("~", ".part", ".partial", ".crdownload", ".filepart", ".tmp")
LONGEST_KEY: Final = 1024
LONGEST_PART: Final = 255

_CONTROL: Final = re.compile("[\x00-\x1f\x7f-\x9f\\\\\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]")
_BUCKET: Final = re.compile(BUCKET)


def is_bucket(name: str) -> bool:
    return _BUCKET.fullmatch(name) is not None


def is_kept_apart(name: str) -> bool:
    """Not an object, nor a folder of objects."""
    return name.startswith(".") or name.lower().endswith(HALVES)


def plain(key: str) -> str:
    return key if key.isascii() else unicodedata.normalize("NFC", key)


def key_mistake(key: str) -> str:
    """What is wrong with a key, or nothing. Expects it plain."""
    try:
        size = len(key.encode())
    except UnicodeEncodeError:
        return "it is not Unicode text"
    parts = key.split("/")
    if not key or size > LONGEST_KEY:
        return f"a key has 1 to {LONGEST_KEY:,} bytes"
    if _CONTROL.search(key):
        return "a key has no backslash, no control character and nothing that turns the direction of writing"
    if {"", ".", ".."} & set(parts):
        return 'a key neither starts nor ends with a slash, and no part of it is empty, "." or ".."'
    if any(len(part.encode()) > LONGEST_PART for part in parts):
        return f"a part of a key has at most {LONGEST_PART} bytes"
    apart = next((part for part in parts if is_kept_apart(part)), None)
    if apart is not None:
        return f"{apart!r} is a name for hidden or unfinished files"
    return ""


def key_of(folder: str, name: str) -> str | None:
    """The key of a file; None if it is no object."""
    key = plain(f"{folder}/{name}" if folder else name)
    return None if key_mistake(key) else key
