"""`murmur rules`: the EventBridge rules that a pipeline becomes, as a table, as JSON, or as a CloudFormation template."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Literal

import click
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from events.rules import Choice, Plan, Rule, Surroundings, compile_rules, render
from events.rules.cloudformation import template
from events.rules.edge_plan import PATTERN_LENGTH
from events.rules.quota import WILDCARDS
from events.rules.render import pattern_length
from events.rules.rule import Bus
from murmuration.cli.documents import MISTAKES, sound
from schemas.model import JsonObject
from schemas.version import Version

_WIDTH = 140
"""Where no terminal says how wide it is."""

Format = Literal["table", "json", "cloudformation"]


@click.command(short_help="show the EventBridge rules a pipeline becomes")
@click.argument("file")
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option("--format", "form", type=click.Choice(["table", "json", "cloudformation"]), default="table")
@click.option("--version", "number", type=click.IntRange(1, 999_999_999), default=1, help="The version to compile for.")
@click.option(
    "--plan",
    "choice",
    type=click.Choice([choice.value for choice in Choice]),
    default="auto",
    help="Which plan to take.",
)
@click.option("--project", metavar="FILE", help="The project's document: its Lambdas and the names of its buckets.")
def command(file: str, as_json: bool, form: Format, number: int, choice: str, project: str | None) -> None:
    """Show the EventBridge rules that the pipeline in FILE (- for the standard input) becomes.

    Exit code 0: it fits on the bus. 1: it does not, or the pipeline has mistakes. 2: FILE could not be read.
    """
    if as_json and form == "cloudformation":
        raise click.UsageError("give --json or --format cloudformation: a template is JSON as it is")
    documents = sound(file, project)
    shared = documents.project
    surroundings = Surroundings(
        buckets={name: one.name for name, one in shared.buckets.items() if one.name} if shared else {}
    )
    plan = compile_rules(
        Version(pipeline=documents.pipeline, number=number),
        project=shared.functions if shared else {},
        surroundings=surroundings,
        choice=Choice(choice),
    )
    match "json" if as_json else form:
        case "json":
            _print_json(_told(plan, surroundings))
        case "cloudformation":
            _print_json(template(plan, surroundings))
        case _:
            _print_tables(plan, surroundings)
    problems = list(plan.quota.problems())
    for problem in problems:
        click.echo(str(problem), err=True)
    sys.exit(MISTAKES if problems else 0)


def _told(plan: Plan, surroundings: Surroundings) -> JsonObject:
    """Rules in the shape of PutRule and PutTargets, what each is for beside them."""
    quota = plan.quota
    return {
        "pipeline": plan.version.reference,
        "plan": plan.kind.value,
        "why": plan.why,
        "rules": [_one(rule, surroundings) for rule in (*plan.rules, *plan.triggers)],
        "shared": [_one(rule, surroundings) for rule in plan.shared],
        "quota": {"rules": quota.rules, "of": quota.of, "wildcards": quota.wildcards, "of_wildcards": WILDCARDS},
        "problems": [
            {"code": one.code.value, "message": one.message, "advice": one.advice} for one in quota.problems()
        ],
    }


def _one(rule: Rule, surroundings: Surroundings) -> JsonObject:
    return {"kind": rule.hears, "owner": rule.owner.value, **render(rule, surroundings)}


def _print_json(document: JsonObject) -> None:
    import orjson

    click.echo(orjson.dumps(document, option=orjson.OPT_INDENT_2).decode())


def _print_tables(plan: Plan, surroundings: Surroundings) -> None:
    console = Console(width=None if sys.stdout.isatty() else _WIDTH, highlight=False)
    named = [*plan.rules, *plan.triggers]
    if named:
        console.print(_table(f"Rules of {plan.version.reference}", named, surroundings))
    console.print(_table("Shared by all pipelines of the bus", plan.shared, surroundings))
    console.print(f"[bold]{plan.kind.value.capitalize()} plan[/]: {escape(plan.why)}.")
    console.print(_summary(plan))


def _table(title: str, rules: Sequence[Rule], surroundings: Surroundings) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("Rule", overflow="fold")
    table.add_column("hears that", overflow="fold", min_width=24)
    table.add_column("and leads to", overflow="fold")
    table.add_column("pattern", justify="right")
    for rule in rules:
        table.add_row(
            escape(str(render(rule, surroundings)["Name"])),
            escape(rule.hears) + (" [dim](default bus)[/]" if rule.bus is Bus.DEFAULT else ""),
            escape(_targets(rule)),
            f"{pattern_length(rule):,} of {PATTERN_LENGTH:,}",
        )
    return table


def _targets(rule: Rule) -> str:
    """Tasks by their names; the targets of a slot rule have only numbers."""
    if rule.stem[0] == "slot":
        return f"{len(rule.targets)} slot{'s' if len(rule.targets) > 1 else ''}"
    return ", ".join(target.id for target in rule.targets)


def _summary(plan: Plan) -> str:
    quota = plan.quota
    own = len(plan.rules) + sum(rule.bus is Bus.OWN for rule in plan.triggers)
    shared = len(plan.shared)
    return (
        f"{quota.rules:,} of {quota.of:,} rules on the bus: {own} of this pipeline's own, {shared} shared. "
        f"{quota.wildcards} of {WILDCARDS} wildcards."
    )
