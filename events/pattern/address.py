"""IP addresses: which texts are one, and the ranges that `cidr` names.

EventBridge takes a text for an address by its look (four groups of digits with dots; hexadecimal digits and colons, at
least one) and then reads it as Java does: octets are decimal whatever zeros lead them, groups of an IPv6 address too, at
most 15 characters make an IPv4 address, and an IPv4 address in IPv6's clothes (::ffff:a00:1) is an IPv4 address.
"""

from __future__ import annotations

from schemas.errors import InvalidPattern

Address = tuple[int, int]
"""(bits, value): 32 or 128, so that addresses of two families are never equal and never in one range."""

_DECIMAL = frozenset("0123456789")
_COLONS = frozenset("0123456789abcdefABCDEF:")


def looks_like_address(text: str) -> bool:
    if ":" in text:
        return _COLONS.issuperset(text)
    octets = text.split(".")
    return len(octets) == 4 and all(octet and _DECIMAL.issuperset(octet) for octet in octets)


def read_address(text: str) -> Address | None:
    if not looks_like_address(text):
        return None
    return _read_v6(text) if ":" in text else _read_v4(text)


def _read_v4(text: str) -> Address | None:
    if len(text) > 15:
        return None
    value = 0
    for octet in text.split("."):
        if int(octet) > 255:
            return None
        value = value << 8 | int(octet)
    return 32, value


def _read_v6(text: str) -> Address | None:
    head, gap, tail = text.partition("::")
    left = head.split(":") if head else []
    right = tail.split(":") if tail else []
    missing = 8 - len(left) - len(right)
    if (missing < 1) if gap else (missing != 0):
        return None
    value = 0
    for group in [*left, *(["0"] * missing), *right]:
        if not group or int(group, 16) > 0xFFFF:
            return None
        value = value << 16 | int(group, 16)
    return (32, value & 0xFFFFFFFF) if value >> 32 == 0xFFFF else (128, value)


def read_cidr(text: str) -> tuple[Address, Address]:
    """The lowest and the highest address of a block; the bits behind the mask may be anything."""
    parts = text.split("/")
    while parts and not parts[-1]:
        parts.pop()
    if len(parts) != 2:
        raise InvalidPattern(f"cidr {text!r} is not an address, one slash and a number of bits", advice=_EXAMPLE)
    mask = _read_mask(parts[1], text)
    address = read_address(parts[0])
    if address is None:
        raise InvalidPattern(f"cidr {text!r}: {parts[0]!r} is no IP address", advice=_EXAMPLE)
    bits, value = address
    if mask >= bits:
        raise InvalidPattern(
            f"cidr {text!r}: an IPv{4 if bits == 32 else 6} mask has fewer than {bits} bits",
            advice="One single address is written as an exact string.",
        )
    free = bits - mask
    low = value >> free << free
    return (bits, low), (bits, low | (1 << free) - 1)


def _read_mask(digits: str, text: str) -> int:
    unsigned = digits[1:] if digits[:1] in {"+", "-"} else digits
    if not unsigned.isdecimal() or len(unsigned) > 9:
        raise InvalidPattern(f"cidr {text!r}: the mask {digits!r} is no whole number", advice=_EXAMPLE)
    if digits[0] == "-" and int(unsigned):
        raise InvalidPattern(f"cidr {text!r}: the mask is negative", advice=_EXAMPLE)
    return int(unsigned)


_EXAMPLE = 'Write {"cidr": "10.0.0.0/24"} or {"cidr": "2001:db8::/32"}.'
