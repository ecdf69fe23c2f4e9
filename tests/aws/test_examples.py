"""The examples on AWS: their own documents, their own functions from bundles, actions on S3, SQLite in an object."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.sky import Sky, sky

from murmuration.workspace import Workspace

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Sky]:
    with sky(tmp_path) as made:
        documents = Workspace(EXAMPLES).read()[0]
        made.deploy("examples", EXAMPLES / "functions")
        for bucket in ("thumbnails", "quarantine", "reports", "sales", "stock"):
            made.bucket(bucket)
        made.publish(*documents.pipelines, projects=documents.projects)
        yield made


def test_the_arithmetic_is_exact(here: Sky) -> None:
    run = here.ask("examples/arithmetic")
    here.settle()
    assert here.end(run) == "succeeded"
    assert here.output(run, "result") == 26.66666666666666
