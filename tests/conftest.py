"""What all tests share: a property test that names no number of examples is one of the house's too."""

from __future__ import annotations

import pytest
from hypothesis import settings
from support.examples import examples

settings.register_profile("house", examples(100))
settings.load_profile("house")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    from support.grouped import scheduler

    return scheduler(config, log)
