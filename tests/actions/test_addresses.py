"""Which addresses may be reached: what is private, what is special, how it may be spelt, and what an operator may allow."""

from __future__ import annotations

from ipaddress import ip_address

import pytest
from support.actions import names

from handlers.actions.action import ActionFailed
from handlers.actions.addresses import (
    Allowance,
    InvalidAllowance,
    Kind,
    Reach,
    kind_of,
    plain_host,
    system_resolver,
)

PUBLIC = ("8.8.8.8", "1.1.1.1", "172.15.255.255", "172.32.0.1", "100.63.255.255", "2606:4700::1111", "64:ff9b::808:808")
PRIVATE = (
    *("10.0.0.1", "172.16.0.1", "172.31.255.254", "192.168.1.1", "127.0.0.1", "127.255.255.254", "100.64.0.1"),
    *("::1", "fd12::1", "fc00::1", "::ffff:10.0.0.1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::10.0.0.1"),
)
SPECIAL = (
    *("0.0.0.0", "0.1.2.3", "169.254.169.254", "169.254.170.2", "224.0.0.1", "255.255.255.255", "240.0.0.1"),
    *("192.0.2.1", "198.18.0.1", "198.51.100.7", "203.0.113.9", "192.88.99.1", "192.0.0.192", "100.100.100.200"),
    *("168.63.129.16", "::", "fe80::1", "ff02::1", "fd00:ec2::254", "fd00:ec2::23", "2002:7f00:1::1", "2001::1"),
    *("2001:db8::1", "3fff::1", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "::127.0.0.1"),
    *("fec0::1", "4000::1", "fd20:ce::254"),
)

ODD_SPELLINGS = (
    *("2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "127.1", "127.0.1", "0", "017700000001", "0x7f.0.0.0x1"),
    *(
        "127.0.0.01",
        "127.0.0.256",
        "1.2.3.4.5",
        "127.0.0.1..",
        "example.0x7f",
        "a.1",
        "",
        ".",
        "..",
        "a..b",
        "-a.example",
    ),
    *("a b", "a\tb", "a/b", "a@b", "127。0。0。1", "①②⑦.0.0.1", "exämple.org", "127%2e0.0.1", "a" * 254),
    *("fe80::1%eth0", "::1.", ":::", "1::2::3", "[::1]"),
)


@pytest.mark.parametrize("address", PUBLIC)
def test_public(address: str) -> None:
    assert kind_of(ip_address(address)) is Kind.PUBLIC
    assert Reach().addresses(address, 443) == (address,)


@pytest.mark.parametrize("address", PRIVATE)
def test_private_is_out_of_reach_unless_it_is_allowed(address: str) -> None:
    assert kind_of(ip_address(address)) is Kind.PRIVATE
    with pytest.raises(ActionFailed) as refused:
        Reach().addresses(address, 80)
    assert refused.value.type == "Refused"
    assert "private" in refused.value.what
    assert len(Reach(["private"]).addresses(address, 80)) == 1


@pytest.mark.parametrize("address", SPECIAL)
def test_special_is_out_of_reach_even_when_all_private_is_allowed(address: str) -> None:
    assert kind_of(ip_address(address)) is Kind.SPECIAL
    with pytest.raises(ActionFailed, match="special"):
        Reach(["private", "*.example", "name.example"]).addresses(address, 80)
    assert len(Reach([address]).addresses(address, 80)) == 1


@pytest.mark.parametrize("host", ODD_SPELLINGS)
def test_a_host_that_can_be_read_in_two_ways_is_refused_before_it_is_resolved(host: str) -> None:
    def never(_: str, __: int) -> tuple[str, ...]:
        raise AssertionError("it was resolved")

    with pytest.raises(ActionFailed) as refused:
        Reach(["private"], resolve=never).addresses(host, 80)
    assert refused.value.type == "Refused"


def test_a_host_has_one_spelling() -> None:
    assert plain_host("API.Example.Org.") == "api.example.org"
    assert plain_host("0:0:0:0:0:0:0:1") == "::1"
    assert plain_host("127.0.0.1.") == "127.0.0.1"
    assert plain_host("1e100.net") == "1e100.net"


def test_a_name_is_judged_by_every_address_that_it_has() -> None:
    reach = Reach(resolve=names({"mixed.example": ["8.8.8.8", "10.0.0.1"], "good.example": ["8.8.8.8", "1.1.1.1"]}))
    assert reach.addresses("good.example", 443) == ("8.8.8.8", "1.1.1.1")
    with pytest.raises(ActionFailed, match=r"mixed.example \(10.0.0.1\) is a private address"):
        reach.addresses("mixed.example", 443)


@pytest.mark.parametrize("address", ["127.0.0.1", "169.254.169.254", "::1", "fe80::1%eth0", "::ffff:169.254.169.254"])
def test_a_public_looking_name_leads_to_no_private_place(address: str) -> None:
    with pytest.raises(ActionFailed) as refused:
        Reach(resolve=names({"nice.example": [address]})).addresses("nice.example", 80)
    assert refused.value.type == "Refused"


@pytest.mark.parametrize("found", [{}, {"gone.example": []}])
def test_a_name_without_an_address(found: dict[str, list[str]]) -> None:
    with pytest.raises(ActionFailed) as failed:
        Reach(resolve=names(found)).addresses("gone.example", 80)
    assert failed.value.type == "ConnectionFailed"


def test_the_refusal_says_what_the_operator_could_allow() -> None:
    with pytest.raises(ActionFailed) as refused:
        Reach(resolve=names({"db.internal": ["10.1.2.3"]})).addresses("db.internal", 5432)
    assert "'10.1.2.3:5432'" in refused.value.advice
    with pytest.raises(ActionFailed) as refused:
        Reach().addresses("::1", 8080)
    assert "'[::1]:8080'" in refused.value.advice


KNOWN = names({"db.internal": ["10.1.2.3"], "x.corp": ["10.9.9.9"], "corp": ["10.9.9.8"], "meta": ["169.254.169.254"]})


def test_the_system_is_asked_for_each_address_once() -> None:
    assert system_resolver("127.0.0.1", 80) == ("127.0.0.1",)


class TestAllowances:
    @pytest.mark.parametrize(
        ("entry", "host", "port", "reached"),
        [
            ("10.1.2.3", "10.1.2.3", 80, True),
            ("10.1.2.3", "10.1.2.4", 80, False),
            ("10.1.2.3:443", "10.1.2.3", 443, True),
            ("10.1.2.3:443", "10.1.2.3", 80, False),
            ("10.0.0.0/8", "10.1.2.4", 80, True),
            ("10.0.0.0/8:443", "10.1.2.4", 80, False),
            ("[fd00::1]:443", "fd00::1", 443, True),
            ("[fd00::1]:443", "fd00::1", 80, False),
            ("[fd00::1]", "fd00::1", 80, True),
            ("fd00::/8", "fd12::1", 80, True),
            ("fd00::1", "fd00::1", 1, True),
            ("127.0.0.0/8", "::ffff:127.0.0.1", 80, True),
            ("db.internal", "db.internal", 5432, True),
            ("DB.internal", "db.internal.", 5432, True),
            ("db.internal:5432", "db.internal", 80, False),
            ("*.corp", "x.corp", 80, True),
            ("*.corp", "corp", 80, False),
            ("private:8080", "10.1.1.1", 8080, True),
            ("private:8080", "10.1.1.1", 80, False),
            ("meta", "meta", 80, False),
            ("169.254.169.254", "meta", 80, True),
        ],
    )
    def test_an_entry_allows_this_and_no_more(self, entry: str, host: str, port: int, reached: bool) -> None:
        reach = Reach([entry], resolve=KNOWN)
        if reached:
            assert reach.addresses(host, port)
            return
        with pytest.raises(ActionFailed) as refused:
            reach.addresses(host, port)
        assert refused.value.type == "Refused"

    @pytest.mark.parametrize(
        "entry",
        ["", "10.0.0.0/33", "a b", "x:0", "x:99999", "x:y", "*", "*.*", "http://x", "[x]", "[::1", "10.1.2.3/8"],
    )
    def test_an_entry_that_says_nothing_is_refused(self, entry: str) -> None:
        with pytest.raises(InvalidAllowance):
            Allowance.parse(entry)
