from schemas.input import MOST, input_mistakes

SCHEMA = {"type": "object", "required": ["object"], "properties": {"size": {"type": "integer"}}}


def test_without_a_schema_everything_fits():
    assert input_mistakes(None, {"any": "thing"}) == ()


def test_every_mistake_is_told_with_its_place():
    told = input_mistakes(SCHEMA, {"size": "big"})
    assert len(told) == 2
    assert any(mistake.endswith("at size") for mistake in told)
    assert any("object" in mistake for mistake in told)


def test_a_good_input_has_none():
    assert input_mistakes(SCHEMA, {"object": "a", "size": 3}) == ()


def test_no_more_mistakes_than_help_anybody():
    schema = {"type": "array", "items": {"type": "integer"}}
    assert len(input_mistakes(schema, ["x"] * (MOST + 30))) == MOST
