"""One deployment for all tests of this folder that want one: they run in one worker, and what removes it comes last."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from support.both import Local, local_stack
from support.deployed.standing import Standing, standing, workspace

HERE = Path(__file__).parent
PATIENCE = 1800
"""For a machine that does much else: seconds, of one test and the deployment that it may be the first to ask for."""
LAST = "test_end.py"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "here" in getattr(item, "fixturenames", ()) and HERE in item.path.parents:
            item.add_marker(pytest.mark.timeout(PATIENCE))
    items.sort(key=_last)


def _last(item: pytest.Item) -> int:
    """The line at which it stands, where it stands in what comes last."""
    if item.path != HERE / LAST:
        return 0
    assert isinstance(item, pytest.Function)
    return int(item.function.__code__.co_firstlineno)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Who fails tells what the functions printed."""
    report = yield
    here = getattr(item, "funcargs", {}).get("here")
    if report.failed and isinstance(here, Standing) and not here.destroyed:
        report.sections.append(("what functions printed", here.recent()))
    return report


@pytest.fixture(scope="session")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standing]:
    with standing(tmp_path_factory.mktemp("deployed")) as made:
        yield made


@pytest.fixture(scope="session")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Local]:
    """The embedded stack with the same workspace."""
    with local_stack(workspace(tmp_path_factory.mktemp("local") / "workspace")) as made:
        yield made
