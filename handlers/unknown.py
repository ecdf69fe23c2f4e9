"""Names that nobody has. Apart from what looks them up, so that whoever only asks loads nothing else."""

from __future__ import annotations

from schemas.errors import MurmurationError


class NoSuchRun(MurmurationError):
    code = "no-such-run"


class NoSuchTask(MurmurationError):
    code = "no-such-task"


class NoSuchPipeline(MurmurationError):
    code = "no-such-pipeline"
