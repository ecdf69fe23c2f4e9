"""Which addresses may be reached: the public ones, and what the operator allows beside them.

A pipeline's author says where a request goes; the machine that sends it stands inside somebody's network. So:
  1. A host is a name, a dotted IPv4 address or a bracketed IPv6 address. `2130706433`, `0x7f.1`, `0177.0.0.1`, `127.1`
     and whatever else some resolver would take for an address is refused as spelt.
  2. A name is resolved once. Every address it has must be allowed, and the connection goes to one of these addresses,
     not to the name: what the name resolves to a moment later does not matter.
  3. An address that carries another (IPv4 in IPv6, NAT64) is judged by the one it carries. Tunnels are refused.
  4. `private` addresses (private networks, loopback, shared space) are reached where the operator allows them, all or
     by name, network and port. `special` ones (metadata, link-local, multicast, reserved, documentation) only where an
     allowance names the address itself or a network that holds it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

from handlers.actions.action import ActionFailed, Fault
from schemas.errors import MurmurationError

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Resolve = Callable[[str, int], Sequence[str]]
"""The addresses of a name; OSError where there are none."""

ALL_PRIVATE: Final = "private"


class Kind(StrEnum):
    PUBLIC = "public"
    PRIVATE = "private"
    SPECIAL = "special"


_NAME: Final = re.compile(r"(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,62})(\.[a-z0-9_][a-z0-9_-]{0,62})*", re.ASCII)
_NUMBER: Final = re.compile(r"(0x[0-9a-f]*|[0-9]+)", re.ASCII)
_DOTTED: Final = re.compile(r"(0|[1-9][0-9]{0,2})(\.(0|[1-9][0-9]{0,2})){3}", re.ASCII)

# Metadata services that do not lie in link-local space; each would otherwise count as private or public.
_METADATA: Final = tuple(
    map(ip_network, ("100.100.100.200/32", "168.63.129.16/32", "192.0.0.192/32", "fd00:ec2::/32", "fd20:ce::254/128"))
)
_PRIVATE: Final = tuple(
    map(
        ip_network,
        ("10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1/128", "fc00::/7"),
    )
)
_SPECIAL: Final = tuple(
    map(
        ip_network,
        (
            *("0.0.0.0/8", "169.254.0.0/16", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15"),
            *("198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
            *("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"),
        ),
    )
)
_GLOBAL_IPV6: Final = IPv6Network("2000::/3")
_NAT64: Final = IPv6Network("64:ff9b::/96")


class InvalidAllowance(MurmurationError):
    code = "bad-allowance"


def kind_of(address: Address) -> Kind:
    carried = _carried(address)
    if any(carried in network for network in _METADATA):
        return Kind.SPECIAL
    if any(carried in network for network in _PRIVATE):
        return Kind.PRIVATE
    if any(carried in network for network in _SPECIAL):
        return Kind.SPECIAL
    return Kind.PUBLIC if isinstance(carried, IPv4Address) or carried in _GLOBAL_IPV6 else Kind.SPECIAL


def _carried(address: Address) -> Address:
    if isinstance(address, IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return IPv4Address(int(address) & 0xFFFFFFFF) if address in _NAT64 else address


def plain_host(host: str) -> str:
    """The one spelling of a host: lower case, no dot at its end. What is neither name nor address is refused."""
    plain = host.lower().removesuffix(".")
    try:
        if ":" in plain:
            if "%" in plain or plain != host.lower():
                raise ValueError
            return str(IPv6Address(plain))
        if _DOTTED.fullmatch(plain):
            return str(IPv4Address(plain))
    except ValueError:
        plain = ""
    if not _NAME.fullmatch(plain) or _NUMBER.fullmatch(plain.rpartition(".")[2]):
        raise ActionFailed(
            Fault.REFUSED,
            f"{host[:80]!r} is neither a host's name nor a plainly written address",
            advice="Write a name, 192.0.2.7 or [2001:db8::7]; a name with other letters as xn--...",
        )
    return plain


@dataclass(frozen=True, slots=True)
class Allowance:
    """One entry of the operator's list: `private`, `10.1.2.3`, `10.0.0.0/8`, `db.internal`, `*.internal`; each also `:port`."""

    name: str = ""
    network: Network | None = None
    port: int | None = None

    @classmethod
    def parse(cls, text: str) -> Allowance:
        host, port = _split(text.strip().lower())
        network = _network(host)
        known = network is not None or host == ALL_PRIVATE or _NAME.fullmatch(host.removeprefix("*."))
        if not known or not (port is None or 0 < port < 65_536):
            raise InvalidAllowance(
                f"{text[:80]!r} is not an address that could be allowed",
                advice="Write private, 10.1.2.3, 10.0.0.0/8, db.internal or *.internal, each also with :port",
            )
        return cls("" if network is not None else host, network, port)

    def covers(self, host: str, address: Address, port: int) -> bool:
        if self.port is not None and self.port != port:
            return False
        if self.network is not None:
            return address in self.network or _carried(address) in self.network
        if kind_of(address) is Kind.SPECIAL:
            return False
        if self.name == ALL_PRIVATE:
            return True
        return host.endswith(self.name[1:]) if self.name.startswith("*.") else host == self.name


def _split(text: str) -> tuple[str, int | None]:
    """`host:port`, `[v6]:port`, or no port at all."""
    if _network(text) is not None:
        return text, None
    match = re.fullmatch(
        r"\[(?P<v6>[^\]]+)\](?::(?P<v6_port>[0-9]{1,5}))?|(?P<host>[^:]+)(?::(?P<port>[0-9]{1,5}))?", text
    )
    if match is None or (match["v6"] and _network(match["v6"]) is None):
        return "", None
    port = match["port"] or match["v6_port"]
    return match["host"] or match["v6"], int(port) if port else None


def _network(text: str) -> Network | None:
    try:
        return ip_network(text)
    except ValueError:
        return None


def system_resolver(host: str, port: int) -> Sequence[str]:
    import socket

    answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(answer[4][0]) for answer in answers))


class Reach:
    """Where actions may connect to. `Reach()` is the public internet; `Reach(["private"])` the operator's network too."""

    def __init__(self, allow: Iterable[str] = (), resolve: Resolve = system_resolver) -> None:
        self._allowed = tuple(Allowance.parse(entry) for entry in allow)
        self._resolve = resolve

    def addresses(self, host: str, port: int) -> tuple[str, ...]:
        """Where to connect for this host and port: every address it has, each of them allowed, in the resolver's order."""
        plain = plain_host(host)
        found = tuple(_address(text) for text in self._found(plain, port))
        for address in found:
            if not self._may(plain, address, port):
                raise _refused(plain, address, port)
        return tuple(str(address) for address in found)

    def _found(self, host: str, port: int) -> Sequence[str]:
        if _DOTTED.fullmatch(host) or ":" in host:
            return (host,)
        try:
            found = self._resolve(host, port)
        except (OSError, UnicodeError):
            found = ()
        if not found:
            raise ActionFailed(
                Fault.CONNECTION_FAILED, f"the host {host} has no address", advice="Is the name spelt right?"
            )
        return found

    def _may(self, host: str, address: Address, port: int) -> bool:
        if kind_of(address) is Kind.PUBLIC:
            return True
        return any(allowance.covers(host, address, port) for allowance in self._allowed)


def _address(text: str) -> Address:
    """A resolver names the interface of a link-local address behind a %."""
    return ip_address(text.partition("%")[0])


def _refused(host: str, address: Address, port: int) -> ActionFailed:
    where = host if host == str(address) else f"{host} ({address})"
    entry = f"[{address}]:{port}" if isinstance(address, IPv6Address) else f"{address}:{port}"
    return ActionFailed(
        Fault.REFUSED,
        f"{where} is a {kind_of(address)} address, and actions reach only public ones",
        advice=f"Whoever runs this stack may allow it: allow: [{entry!r}]",
    )
