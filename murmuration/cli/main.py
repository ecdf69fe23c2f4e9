"""`murmur`: one command, a file per verb. A verb's module is imported when the verb is called, so that the command starts fast.

A verb's file defines `command`, a click command. Exit codes everywhere: 0 done, 1 the answer is no (mistakes, no match, a
run that did not succeed), 2 it could not be tried (unreadable file, bad usage, a refusal), 130 Ctrl-C. Whatever goes wrong
is told in three parts, what, where and what to do, and never as a stack trace.
"""

from __future__ import annotations

import errno
import gc
import importlib
import os
from typing import Any, Final

import click

NOT_TRIED: Final = 2
INTERRUPTED: Final = 130
TRACE: Final = "MURMUR_TRACE"
_YOURS: Final = "Let this user work there, or go to a folder of your own"
_ROOM: Final = "Make room on the disk"
_REFUSED: Final = {
    errno.EACCES: _YOURS, errno.EPERM: _YOURS, errno.EROFS: _YOURS, errno.ENOSPC: _ROOM, errno.EDQUOT: _ROOM,
}  # fmt: skip

VERBS: Final = {
    "init": "make a workspace",
    "up": "serve the workspace",
    "demo": "serve the examples, and run the first one now",
    "publish": "check, compile and publish pipelines",
    "unpublish": "take a pipeline out: its triggers are gone, its runs go on",
    "run": "run a pipeline",
    "runs": "list runs",
    "show": "show a run",
    "watch": "watch a run until it has ended",
    "events": "list the events of a run",
    "logs": "show what a run's functions printed",
    "why": "say why a task ran, or why not",
    "emit": "put an event on the bus",
    "cancel": "end a run now",
    "rerun": "run a run again",
    "settle": "say how a task that waits for a callback has ended",
    "pause": "have a pipeline's triggers start nothing",
    "resume": "have a paused pipeline's triggers start runs again",
    "refused": "list what triggers refused, and why",
    "dlq": "look at what could not be delivered, and deliver it again",
    "replay": "take up kept events once more",
    "secret": "set, list and remove a project's secrets",
    "variable": "set, list and remove a project's variables",
    "user": "let people in, and let them go",
    "token": "make, list and revoke tokens of programs",
    "doctor": "look for what could be wrong here",
    "check": "say everything that is wrong with a document",
    "match": "try an event pattern on an event",
    "rules": "show the EventBridge rules a pipeline becomes",
    "export": "print pipelines as a CloudFormation template, or as YAML",
    "simulate": "show what would happen, without doing it",
    "deploy": "put the stack on AWS, with functions, designer and pipelines",
    "destroy": "remove a stack from AWS, with all that is in it",
    "cost": "say what a million runs of a pipeline cost on AWS",
}


class Verbs(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in VERBS:
            return None
        # What is loaded stays: nobody needs to look through it for what could go.
        gc.disable()
        command = importlib.import_module(f"murmuration.cli.{cmd_name}").command
        gc.freeze()
        gc.enable()
        assert isinstance(command, click.Command)
        return command

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        if args and args[0] not in VERBS and not args[0].startswith("-"):
            from schemas.names import did_you_mean

            near = did_you_mean(args[0], VERBS) or "murmur --help lists those there are."
            raise click.UsageError(f"there is no verb {args[0]!r}. {near}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, VERBS[name]) for name in self.list_commands(ctx)])

    def invoke(self, ctx: click.Context) -> Any:
        from schemas.errors import MurmurationError

        try:
            return super().invoke(ctx)
        except MurmurationError as wrong:
            _tell(wrong)
            raise SystemExit(NOT_TRIED) from None
        except KeyboardInterrupt:
            click.echo("\nInterrupted.", err=True)
            raise SystemExit(INTERRUPTED) from None
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except Exception as wrong:
            if os.environ.get(TRACE):
                raise
            what, where, advice = _unforeseen(wrong)
            _tell(MurmurationError(what, where=where, advice=advice))
            raise SystemExit(NOT_TRIED) from None


def _unforeseen(wrong: Exception) -> tuple[str, str, str]:
    """What, where and what to do."""
    if isinstance(wrong, FileNotFoundError) and wrong.filename is None:  # that is what asking for it says
        return "the current folder is gone", "", "Go to one that is there"
    if isinstance(wrong, OSError) and wrong.strerror and wrong.errno in _REFUSED:
        return wrong.strerror.lower(), str(wrong.filename or ""), _REFUSED[wrong.errno]
    advice = f"That is a mistake of ours. {TRACE}=1 shows where it is; please report it"
    return f"{type(wrong).__name__}: {wrong}", "", advice


def _tell(wrong: Any) -> None:
    where = f" ({wrong.where})" if wrong.where else ""
    click.echo(f"{click.style('murmur:', fg='red', bold=True)} {wrong.what}{where}", err=True)
    if wrong.advice:
        click.echo(f"        {click.style(wrong.advice, fg='cyan')}", err=True)


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="murmuration", prog_name="murmur")
def main() -> None:
    """Pipelines that run because events reach them: drawn, checked, compiled into rules."""
