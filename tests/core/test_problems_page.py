"""docs/problems.md: every code is on the page, and each example gives its own code and no other."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from support.checking import EVERYWHERE

from events.check import Target, check
from schemas.document import read
from schemas.problem import Code

PAGE = (Path(__file__).parents[2] / "docs" / "problems.md").read_text("utf-8")
SECTIONS = dict(re.findall(r"^### `([a-z-]+)`\n(.*?)(?=^##|\Z)", PAGE, re.M | re.S))


def test_every_code_is_on_the_page() -> None:
    assert SECTIONS.keys() == {code.value for code in Code}


@pytest.mark.parametrize("code", SECTIONS)
def test_the_example_gives_its_code(code: str) -> None:
    text = SECTIONS[code]
    examples = re.findall(r"^```yaml(.*?)\n(.*?)^```", text, re.M | re.S)
    if not examples:
        assert "tells it as" in text
        return
    target = Target.AWS if "target=aws" in examples[0][0] else None
    sources = [read(example, file=f"{at}.yaml") for at, (_, example) in enumerate(examples)]
    found = {problem.code.value for problem in check(sources, target=target).problems}
    beside = (
        set(re.findall(r"`([a-z-]+)`", text.split("Comes with")[1].split("\n")[0])) if "Comes with" in text else set()
    )
    assert code in found
    assert found - {code} - (EVERYWHERE if code not in EVERYWHERE else set()) <= beside
