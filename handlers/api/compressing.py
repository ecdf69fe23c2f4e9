"""Compressing: an answer worth it goes gzipped to whoever takes that. What varies with it says so."""

from __future__ import annotations

import gzip
import re
from typing import Final

LEAST: Final = 1_400
"""Bytes. What fits one packet gains nothing."""
_LEVEL: Final = 5
_WORTH: Final = re.compile(r"text/|application/([a-z.-]+\+)?(json|xml|yaml|javascript)|image/svg\+xml", re.IGNORECASE)
_OFFER: Final = re.compile(r"\s*([^;\s]+)\s*(?:;\s*q\s*=\s*([0-9.]{1,5})\s*)?")


def takes_gzip(accept_encoding: str) -> bool:
    """By their weights (RFC 9110, 12.5.3): gzip is taken where it is named, or `*` is, with more than nothing."""
    weights: dict[str, float] = {}
    for one in accept_encoding.lower().split(","):
        if found := _OFFER.fullmatch(one):
            try:
                weights[found[1]] = float(found[2] or 1)
            except ValueError:
                continue
    return weights.get("gzip", weights.get("x-gzip", weights.get("*", 0.0))) > 0


def worth(content_type: str, size: int) -> bool:
    return size >= LEAST and _WORTH.match(content_type) is not None


def squeezed(content: bytes) -> bytes:
    """The same bytes for the same content."""
    return gzip.compress(content, _LEVEL, mtime=0)
