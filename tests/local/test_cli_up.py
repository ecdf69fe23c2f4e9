"""`murmur up`: what it tells of the workspace that it serves."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.murmur import Shop, shop

HOOKED = """
project: shop
pipeline: hooked
deadline: 5m
triggers:
  pushes: {webhook: {signature: none}}
  hand: {manual: {}}
tasks:
  a: {action: pass, timeout: 10s}
edges: []
"""


@pytest.fixture
def here(tmp_path: Path) -> Shop:
    return shop(tmp_path / "shop")


def test_a_webhook_that_nobody_can_call_is_named(here: Shop) -> None:
    assert "listens on no port" not in here("up", "--once").stderr
    (here.root / "pipelines" / "hooked.yaml").write_text(HOOKED)
    assert "shop/hooked: murmur up listens on no port yet, so nothing calls pushes\n" in here("up", "--once").stderr
