"""`murmur export`: what is printed for stacks of one's own is what publishing would put, and reads back the same."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from support.murmur import Shop, shop
from support.publishing import Stage
from support.remote import remote

from schemas.document import read
from schemas.model import JsonObject
from schemas.shape import shape

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture
def there(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    with remote(monkeypatch) as made:
        yield made


@pytest.fixture
def here(tmp_path: Path) -> Shop:
    return shop(tmp_path / "shop")


def rules(template: JsonObject) -> dict[str, JsonObject]:
    resources = template["Resources"]
    assert isinstance(resources, dict)
    return {
        str(one["Properties"]["Name"]): one["Properties"]
        for one in resources.values()
        if one["Type"] == "AWS::Events::Rule" and "Condition" not in one
    }


def filled(value: object, parameters: JsonObject) -> object:
    """As CloudFormation does, with every parameter at its default."""
    match value:
        case {"Ref": str(name)}:
            return parameters[name]["Default"]
        case dict():
            return {key: filled(one, parameters) for key, one in value.items()}
        case list():
            return [filled(one, parameters) for one in value]
        case _:
            return value


@pytest.mark.parametrize("path", sorted((EXAMPLES / "pipelines").glob("*.yaml")), ids=lambda path: path.stem)
def test_a_document_reads_back_the_same(path: Path) -> None:
    text = Shop(EXAMPLES)("export", "--format", "yaml", path).stdout
    before, after = (shape(read(data, file="p.yaml")).pipeline for data in (path.read_bytes(), text.encode()))
    assert before == after


def test_all_of_a_workspace_is_one_template(here: Shop) -> None:
    first = here.root / "pipelines" / "orders.yaml"
    (here.root / "pipelines" / "other.yaml").write_text(
        first.read_text().replace("pipeline: orders", "pipeline: other")
    )
    template = yaml.safe_load(here("export", "--stage", "dev").stdout)
    assert template == here.json("export", "--stage", "dev")
    assert {name.split("-")[3] for name in rules(template)} == {"orders", "other"}
    assert template["Parameters"]["BusName"]["Default"] == "murmur-dev"
    assert "shop/orders@1, shop/other@1" in template["Description"]


def test_deployed_first_publishing_finds_the_rules_and_adds_none_of_its_own(there: Stage, here: Shop) -> None:
    template = here.json("export", "--aws")
    parameters = template["Parameters"]
    assert isinstance(parameters, dict)
    events = there.cloud.clients.events
    for name, one in rules(template).items():
        told = filled(one, parameters)
        assert isinstance(told, dict)
        events.put_rule(
            Name=name, EventBusName=told["EventBusName"], EventPattern=json.dumps(told["EventPattern"]), State="ENABLED"
        )
        events.put_targets(Rule=name, EventBusName=told["EventBusName"], Targets=told["Targets"])
    before = there.rules()
    answer = here("publish", "--aws").stdout
    assert f"{len(before)} kept" in answer
    assert there.rules().items() >= before.items()
    path = here.root / "pipelines" / "orders.yaml"
    path.write_text(path.read_text().replace("[shop]", "[market]"))
    assert "shop/orders@2" in str(here.json("export", "--aws")["Description"])
    here("publish", "--aws")
    there.later(3_600_000)
    there.publisher().tidy()
    assert there.rules().items() >= before.items(), "what a template made is a template's"
