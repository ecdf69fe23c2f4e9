"""`docs/commands.md`, made of what the verbs say of themselves: `python -m murmuration.cli.documentation > docs/commands.md`."""

from __future__ import annotations

from collections.abc import Iterator

import click

from murmuration.cli.main import VERBS, main

_WIDTH = 100
_INTRODUCTION = """# The command

`murmur` works in a *workspace*: a folder with a `project.yaml`, found from the current folder upwards. Where a server
(`murmur up`) runs in it, the command talks to the server; where none does, it works on the files itself, for as long as it
needs. What only looks reads the files in either case.

Tables are for people; `--json` gives programs one JSON document on standard output. What is told on the way (where it
acts, how a run comes along) goes to standard error. `NO_COLOR=1` leaves the colours away.

| exit code | meaning |
|---|---|
| 0 | done, or yes |
| 1 | the answer is no: mistakes, no match, a run that did not succeed |
| 2 | it could not be tried: bad usage, something unreadable, a refusal |
| 130 | Ctrl-C |

This page is made from what the verbs say of themselves.
"""


def page() -> str:
    return "\n".join((_INTRODUCTION, *_verbs()))


def _verbs() -> Iterator[str]:
    settings = main.context_settings
    top = click.Context(main, info_name="murmur", help_option_names=settings["help_option_names"])
    for name in VERBS:
        command = main.get_command(top, name)
        assert command is not None, "a verb has its command"
        yield from _section(command, click.Context(command, top, info_name=name), f"## murmur {name}")
        if isinstance(command, click.Group):
            inside = click.Context(command, top, info_name=name)
            for deeper in command.list_commands(inside):
                found = command.get_command(inside, deeper)
                assert found is not None, "a group has its commands"
                title = f"### murmur {name} {deeper}"
                yield from _section(found, click.Context(found, inside, info_name=deeper), title)


def _section(command: click.Command, context: click.Context, title: str) -> Iterator[str]:
    context.terminal_width = context.max_content_width = _WIDTH
    yield f"{title}\n\n```text\n{command.get_help(context)}\n```\n"


if __name__ == "__main__":
    click.echo(page(), nl=False)
