"""What all tests share: a property test that names no number of examples is one of the house's too."""

from __future__ import annotations

from hypothesis import settings
from support.examples import examples

settings.register_profile("house", examples(100))
settings.load_profile("house")
