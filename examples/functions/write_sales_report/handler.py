"""Writes the report as a Markdown file."""

from decimal import Decimal

from pydantic import BaseModel, JsonValue

from murmuration import Context, task


class Line(BaseModel):
    name: str
    sold: int
    takings: Decimal


class Summary(BaseModel):
    first_day: str
    last_day: str
    orders: int
    takings: Decimal
    shops: list[Line]
    products: list[Line]


class Dropped(BaseModel):
    file: str
    line: int
    why: str


@task
def handler(summary: Summary, dropped: list[Dropped], bucket: str, *, context: Context) -> dict[str, JsonValue]:
    """Write `sales/DAY.md` into the bucket, DAY being the last one with a sale. The same day's report is replaced."""
    lines = [
        f"# Sales, {summary.first_day} to {summary.last_day}",
        "",
        f"{summary.orders} orders, {summary.takings} in all.",
        *_table("Shop", summary.shops),
        *_table("Product", summary.products),
    ]
    if dropped:
        lines += ["", f"## Left out: {len(dropped)}", ""]
        lines += [f"- {one.file}, line {one.line}: {one.why}" for one in dropped]
    return context.artifacts.write(f"sales/{summary.last_day}.md", "\n".join(lines) + "\n", bucket=bucket)


def _table(title: str, lines: list[Line]) -> list[str]:
    rows = [f"| {line.name} | {line.sold} | {line.takings} |" for line in lines]
    return ["", f"| {title} | Sold | Takings |", "|---|---:|---:|", *rows]
