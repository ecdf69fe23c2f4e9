"""Sums up the clean rows. Money is counted in decimals, and told as text: a JSON number would be rounded."""

import csv
from collections import defaultdict
from decimal import Decimal
from io import TextIOWrapper

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


@task
def handler(file: dict[str, JsonValue], *, context: Context) -> Summary:
    """What was sold, by shop and by product, the best first."""
    with TextIOWrapper(context.artifacts.open(file), encoding="utf-8", newline="") as text:
        rows = list(csv.DictReader(text))
    days = [row["day"] for row in rows]
    shops = _lines(rows, "shop")
    return Summary(
        first_day=min(days),
        last_day=max(days),
        orders=len(rows),
        takings=sum((line.takings for line in shops), Decimal()),
        shops=shops,
        products=_lines(rows, "product"),
    )


def _lines(rows: list[dict[str, str]], column: str) -> list[Line]:
    sold: dict[str, int] = defaultdict(int)
    takings: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows:
        sold[row[column]] += int(row["quantity"])
        takings[row[column]] += int(row["quantity"]) * Decimal(row["price"])
    lines = [Line(name=name, sold=sold[name], takings=takings[name]) for name in sold]
    return sorted(lines, key=lambda line: (-line.takings, line.name))
