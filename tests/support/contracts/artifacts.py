"""The artifacts' contract: bytes by a reference that says what they are."""

from __future__ import annotations

import pytest
from support.backends import Backend
from support.contracts.contract import Contract

from events.ports import NoSuchArtifact


class ArtifactsContract(Contract):
    @pytest.mark.parametrize("content", [b"", b"{}", bytes(range(256)) * 1_000])
    def test_what_was_put_is_got(self, backend: Backend, content: bytes) -> None:
        assert backend.artifacts.get(backend.artifacts.put(content)) == content

    def test_the_same_bytes_have_the_same_reference(self, backend: Backend) -> None:
        assert backend.artifacts.put(b"one") == backend.artifacts.put(b"one")
        assert backend.artifacts.put(b"one") != backend.artifacts.put(b"two")

    @pytest.mark.parametrize("reference", ["", "nothing", "artifact:../../state.db", "artifact:" + "0" * 64])
    def test_a_reference_to_nothing_is_refused_in_words(self, backend: Backend, reference: str) -> None:
        with pytest.raises(NoSuchArtifact):
            backend.artifacts.get(reference)
