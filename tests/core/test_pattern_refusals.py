"""A refusal says what is wrong, where, and what to write instead."""

from __future__ import annotations

from collections import UserDict

import pytest

from events.pattern import InvalidPattern, Pattern
from schemas.errors import InvalidEvent

REFUSALS = {
    "[]": "not a JSON object",
    '{"a":[1,]}': "not JSON: .*line 1, column 9",
    '{"a":[NaN]}': "NaN is no JSON number",
    '{"a":[' + "1" * 1001 + "]}": "1,001 characters",
    '{"d":{"a":{}}}': "field 'd.a' is an empty object",
    '{"d":{"a":[]}}': "field 'd.a' has an empty list",
    '{"d":{"a":"x"}}': "field 'd.a' is neither a list of values nor an object",
    '{"d":{"a":[[]]}}': "field 'd.a': a list cannot be matched",
    '{"a":[{"prefx":"x"}]}': "field 'a': there is no operator 'prefx'. The operators are anything-but, cidr,",
    '{"a":[{"prefix":"x","suffix":"y"}]}': "more than one key: 'prefix', 'suffix'",
    '{"a":[{"prefix":12}]}': "prefix takes a string, not the number 12",
    '{"a":[{"suffix":{"prefix":"x"}}]}': "suffix cannot hold 'prefix'",
    '{"a":[{"wildcard":"x**"}]}': "two stars in a row at character 2",
    '{"a":[{"wildcard":"x\\\\y"}]}': "lone backslash at character 2",
    '{"a":[{"exists":"yes"}]}': "exists is either true or false",
    '{"a":[{"cidr":"10.0.0.0"}]}': "not an address, one slash and a number of bits",
    '{"a":[{"cidr":"10.0.0.0/x"}]}': "the mask 'x' is no whole number",
    '{"a":[{"cidr":"10.0.0.0/-3"}]}': "the mask is negative",
    '{"a":[{"cidr":"host/8"}]}': "'host' is no IP address",
    '{"a":[{"cidr":"10.0.0.0/32"}]}': "an IPv4 mask has fewer than 32 bits",
    '{"a":[{"numeric":3}]}': "numeric takes a list",
    '{"a":[{"numeric":[]}]}': "numeric begins with nothing instead of =",
    '{"a":[{"numeric":["~",3]}]}': "numeric begins with the string '~'",
    '{"a":[{"numeric":[">"]}]}': "nothing stands where > needs a number",
    '{"a":[{"numeric":[">",true]}]}': "true stands where > needs a number",
    '{"a":[{"numeric":["=",1,"<",2]}]}': "nothing can follow the bound of =",
    '{"a":[{"numeric":[">",1,"=",2]}]}': "after > comes < or <=, not the string '='",
    '{"a":[{"numeric":[">",5,"<",3]}]}': "nothing is in the range",
    '{"a":[{"numeric":[">",1e999]}]}': "the number 1e999 cannot be compared",
    '{"a":[{"anything-but":[1,"x"]}]}': "all strings or all numbers",
    '{"a":[{"anything-but":{"cidr":"10.0.0.0/8"}}]}': "anything-but cannot hold 'cidr'",
    '{"a":[{"anything-but":{"suffix":""}}]}': "anything-but suffix with an empty text",
    '{"$or":{"a":[1]}}': "\\$or in the pattern is not a list",
    '{"d":{"$or":[{"a":[1]}]}}': "\\$or in field 'd' needs two or more objects",
    '{"$or":[{"a":[1]},3]}': "item 2 is not an object",
    '{"$or":[{"a":[1]},{"numeric":["x"]}]}': "'numeric' is a reserved name that cannot be a field inside \\$or",
}


@pytest.mark.parametrize(("document", "message"), REFUSALS.items(), ids=range(len(REFUSALS)))
def test_a_refusal_says_what_is_wrong(document: str, message: str) -> None:
    with pytest.raises(InvalidPattern, match=message):
        Pattern(document)


def test_a_pattern_that_came_parsed_is_refused_in_the_same_words() -> None:
    for document, message in (
        ({"a": [{"prefix": 12}]}, "not the value 12"),
        ({"a": [{"prefix": {"x": {}}}]}, "cannot hold 'x'"),
        ({"a": [{"numeric": [{}]}]}, "begins with an object"),
        ({1: ["x"]}, "the key 1, which is no text"),
        ({"a": [float("nan"), {"numeric": ["=", float("inf")]}]}, "inf cannot be compared"),
        ({"a": [{"numeric": ["<", 10**4000]}]}, "cannot be compared"),
    ):
        with pytest.raises(InvalidPattern, match=message):
            Pattern(document)


def test_text_that_is_not_utf_8() -> None:
    with pytest.raises(InvalidPattern, match="not UTF-8"):
        Pattern(b'{"a":["\xff"]}')
    with pytest.raises(InvalidEvent, match="not UTF-8"):
        Pattern('{"a":["x"]}').matches(b'{"a":"\xff"}')


def test_a_byte_order_mark_is_no_part_of_the_text() -> None:
    assert Pattern(b'\xef\xbb\xbf{"a":["x"]}').matches(b'\xef\xbb\xbf{"a":"x"}')


def test_nesting_is_bounded_and_says_so() -> None:
    deep = '{"a":' * 300 + "[1]" + "}" * 300
    assert Pattern(deep).matches(deep.replace("[1]", "1"))
    for levels in (5_000, 100_000):
        with pytest.raises(InvalidPattern, match="nests too deep"):
            Pattern('{"a":' * levels + "[1]" + "}" * levels)
        with pytest.raises(InvalidEvent, match="nests too deep"):
            Pattern(deep).matches('{"a":' * levels + "[1]" + "}" * levels)
    parsed: dict[str, object] = {"a": [1]}
    for _ in range(3_000):
        parsed = {"a": parsed}
    with pytest.raises(InvalidPattern, match="nests"):
        Pattern(parsed)


def test_an_event_is_a_json_object() -> None:
    pattern = Pattern({"a": ["x"]})
    for event in ("[1]", "", '"x"', b"1", 5, None):
        with pytest.raises(InvalidEvent):
            pattern.matches(event)


def test_an_event_may_be_any_mapping_or_buffer() -> None:
    class Text(str):
        __slots__ = ()

    for event in (UserDict({"a": "x"}), bytearray(b'{"a":"x"}'), Text('{"a":"x"}')):
        assert Pattern({"a": ["x"]}).matches(event)


def test_numbers_that_came_parsed() -> None:
    pattern = Pattern({"a": [9007199254740993, {"numeric": [">", 5]}]})
    for value, matched in (
        (9007199254740993, True),
        (2**60, False),
        (6, True),
        (float("inf"), False),
        (float("nan"), False),
    ):
        assert pattern.matches({"a": value}) == matched, value
    assert not pattern.matches({"a": 10**4000})
    assert Pattern({"a": [10**4000]}).matches({"a": 10**4000})
