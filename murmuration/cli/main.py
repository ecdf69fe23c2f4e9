"""`murmur`: one command, a file per verb. A verb's module is imported when the verb is called, so that the command starts fast.

A verb's file defines `command`, a click command. Exit codes everywhere: 0 done, 1 the answer is no (mistakes, no match),
2 it could not be tried (unreadable file, bad usage).
"""

from __future__ import annotations

import importlib

import click

VERBS = {
    "check": "say everything that is wrong with a document",
    "match": "try an event pattern on an event",
    "rules": "show the EventBridge rules a pipeline becomes",
    "simulate": "show what would happen, without doing it",
}


class _Verbs(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in VERBS:
            return None
        command = importlib.import_module(f"murmuration.cli.{cmd_name}").command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, VERBS[name]) for name in self.list_commands(ctx)])


@click.group(cls=_Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="murmuration", prog_name="murmur")
def main() -> None:
    """Pipelines that run because events reach them: drawn, checked, compiled into rules."""
