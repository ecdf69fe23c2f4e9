"""`murmur cost`: what a million runs of a pipeline ask of AWS, and what that costs, beside Step Functions."""

from __future__ import annotations

import click

from murmuration.cli.documents import sound
from murmuration.cli.given import answers_of
from murmuration.cli.printing import console, print_json, table
from murmuration.cost.bill import Bill, bill_of
from murmuration.cost.calls import Assumed, Heard
from murmuration.cost.prices import REGION


@click.command("cost", short_help="say what a million runs of a pipeline cost on AWS")
@click.argument("file", metavar="FILE")
@click.option("--project", metavar="FILE", help="The project's document.")
@click.option("--outcomes", metavar="FILE", help="How tasks end, by task; as for murmur simulate.")
@click.option("--output-kb", type=click.FloatRange(0, 1_000_000), default=0.5, show_default=True, help="Of each task.")
@click.option("--seconds", type=click.FloatRange(0, 900), default=0.1, show_default=True, help="That each task works.")
@click.option("--memory-mb", type=click.IntRange(128, 10_240), default=512, show_default=True, help="Of the functions.")
@click.option("--by-event", is_flag=True, help="Each run is started by an event that somebody puts on the bus for it.")
@click.option("--end-heard", is_flag=True, help="Somebody's trigger listens for the end of the runs.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of text.")
def command(
    file: str,
    project: str | None,
    outcomes: str | None,
    output_kb: float,
    seconds: float,
    memory_mb: int,
    by_event: bool,
    end_heard: bool,
    as_json: bool,
) -> None:
    """Say what a million runs of the pipeline of FILE ask of AWS, and what they cost, beside Step Functions.

    Without --outcomes every task succeeds and every condition holds. Prices are those of us-east-1, with no free tier
    and no discount; docs/costs.md says where each was read, what is counted and what is not.

    Exit code 0: told. 1: the document has mistakes. 2: something cannot be read.
    """
    pipeline = sound(file, project).pipeline
    assumed = Assumed(output_kb=output_kb, task_seconds=seconds, memory_gb=memory_mb / 1024)
    bill = bill_of(pipeline, answers_of(outcomes, pipeline), assumed, Heard(start=by_event, end=end_heard))
    if as_json:
        print_json(bill.document())
    else:
        _print(bill)


def _print(bill: Bill) -> None:
    out = console()
    calls = bill.calls
    more = f", {calls.attempts} attempts" if calls.attempts > calls.tasks else ""
    click.echo(f"A million runs of {bill.pipeline}: {calls.tasks} tasks each{more} ({REGION})")
    rows = [(line.of, f"{line.quantity:,.3g}", f"{line.usd:,.2f}") for line in bill.lines if not line.compute]
    rows.append(("[bold]without compute[/]", "", f"[bold]{bill.usd:,.2f}[/]"))
    rows += [(line.of, f"{line.quantity:,.3g}", f"{line.usd:,.2f}") for line in bill.lines if line.compute]
    rows.append(("[bold]with compute[/]", "", f"[bold]{bill.usd + bill.compute:,.2f}[/]"))
    out.print(table(("what", "a run", "USD"), rows, right=("a run", "USD")))
    rival = bill.rival
    express = "no: it may last 5 minutes" if rival.too_long else f"{bill.express:,.2f}"
    beside = [
        ("Murmuration", f"{bill.usd:,.2f}", f"{bill.usd + bill.compute:,.2f}", ""),
        (
            f"Step Functions Standard, {rival.transitions} transitions",
            f"{bill.standard:,.2f}",
            f"{bill.standard + bill.others_compute:,.2f}",
            _times(bill.standard, bill.usd),
        ),
        (
            "  with start and end counted",
            f"{bill.with_ends:,.2f}",
            f"{bill.with_ends + bill.others_compute:,.2f}",
            _times(bill.with_ends, bill.usd),
        ),
        (
            f"Step Functions Express, {rival.express_seconds:g} s",
            express,
            "" if rival.too_long else f"{bill.express + bill.others_compute:,.2f}",
            "" if rival.too_long else _times(bill.express, bill.usd),
        ),
    ]
    columns = ("USD for a million runs", "without compute", "with compute", "")
    out.print(table(columns, beside, right=columns[1:]))


def _times(theirs: float, ours: float) -> str:
    return f"{theirs / ours:.1f} times as much" if theirs >= ours else f"{ours / theirs:.1f} times less"
