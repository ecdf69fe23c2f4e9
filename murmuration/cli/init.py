"""`murmur init`: a workspace that runs, in an empty folder."""

from __future__ import annotations

from pathlib import Path

import click

from murmuration.workspace import create


@click.command("init", short_help="make a workspace")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default=".")
@click.option("--project", metavar="NAME", help="The project's name; the folder's when left out.")
def command(folder: Path, project: str | None) -> None:
    """Make a workspace in FOLDER (this one, when left out), with one pipeline that runs. Nothing that is there is changed.

    Exit code 0: it is made. 2: it could not be, or there is one already.
    """
    made = create(folder, project)
    click.echo(f"A workspace is in {made.root}. It has one pipeline, hello.\n")
    if made.root != Path.cwd():
        click.echo(f"  cd {folder}")
    click.echo("  murmur run hello --wait     run it here and now\n  murmur up                   serve the workspace")
