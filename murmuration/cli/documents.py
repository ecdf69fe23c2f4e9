"""The document that a verb is given: a file in, a pipeline out, or its mistakes told and the verb ended.

check, rules and simulate read by this, so a file that one of them refuses is refused by all, in the same words.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import NoReturn

import click

from schemas.document import read, too_large
from schemas.errors import InvalidDocument, MurmurationError, UnreadableDocument
from schemas.pipeline import Pipeline
from schemas.shape import read_pipeline
from schemas.source import MAX_BYTES, Source

MISTAKES = 1
UNREADABLE = 2


def source_of(file: Path) -> Source:
    """The file's text, with places. One that is too large is not read at all."""
    try:
        size = file.stat().st_size
        if size > MAX_BYTES:
            return Source(str(file), "", None, (too_large(str(file), size),))
        return read(file.read_bytes(), file=str(file))
    except OSError as wrong:
        raise UnreadableDocument(
            f"it cannot be read ({wrong.strerror})", where=str(file), advice="Name a file that is there"
        ) from None


def pipeline_of(file: Path) -> Pipeline:
    """The pipeline in a file. What is wrong with it is told on standard error, and the command ends."""
    try:
        return read_pipeline(source_of(file))
    except InvalidDocument as wrong:
        for problem in wrong.problems:
            click.echo(str(problem), err=True)
        sys.exit(MISTAKES)
    except UnreadableDocument as wrong:
        refuse(wrong)


def refuse(wrong: MurmurationError) -> NoReturn:
    click.echo(str(wrong), err=True)
    sys.exit(UNREADABLE)
