"""What a server has to say beside its results."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from murmuration.cli.log_lines import FILE, log_lines


def test_a_line_for_people_and_the_whole_of_it_in_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = logging.getLogger("murmuration.somebody")
    with log_lines(tmp_path):
        try:
            raise ValueError("no")
        except ValueError:
            log.exception("it failed")
    told = capsys.readouterr().err
    assert "it failed: ValueError: no" in told
    assert "Traceback" not in told
    assert "Traceback" in (tmp_path / FILE).read_text()


def test_where_the_file_cannot_be_written_the_line_is_told_all_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / FILE).mkdir()
    with log_lines(tmp_path):
        logging.getLogger("murmuration.somebody").warning("the disk is full")
    told = capsys.readouterr().err
    assert "the disk is full" in told
    assert "Traceback" not in told
