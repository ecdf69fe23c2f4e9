"""Made from examples/pipelines/sales-report.yaml. Change it there, and run python -m murmuration.template_modules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

TEXT: Final = """\
project: examples
pipeline: sales-report
description: Every night the shops' files are cleaned and summed up, and a report is written.
owner: examples
deadline: 1h
triggers:
  # After a night in which nothing ran, one report is enough; two at a time would write the same file.
  nightly: {schedule: {cron: "0 2 * * *", timezone: Europe/Zurich, catch_up: latest, overlap: skip}}
tasks:
  # Gives back where the clean rows lie. Rows do not travel in events: a file does, by its reference.
  clean:     {function: clean_sales, timeout: 5m, with: {files: "${variables.sales_files}"}}
  summarise: {function: summarise_sales, timeout: 5m, with: {file: "${tasks.clean.output.file}"}}
  report:
    function: write_sales_report
    timeout: 1m
    with: {summary: "${tasks.summarise.output}", dropped: "${tasks.clean.output.dropped}", bucket: reports}
  # An event of our own: another pipeline, or a subscriber, may hear it and tell somebody.
  no-report:
    action: emit
    join: any
    timeout: 30s
    with:
      source: shop
      type: sales-report.missing
      detail:
        why: "${tasks.clean.error.message || tasks.summarise.error.message || tasks.report.error.message || ''}"
edges:
  - {from: clean, to: summarise}
  - {from: summarise, to: report}
  - {from: clean, to: no-report, on: failure}
  - {from: summarise, to: no-report, on: failure}
  - {from: report, to: no-report, on: failure}
"""
FUNCTIONS: Final[Mapping[str, Mapping[str, str]]] = {
    "clean_sales": {
        "handler.py": """\
\"\"\"Cleans what the shops' tills have written: rows that cannot be sales are left out, each with the reason.\"\"\"

import csv
from collections.abc import Iterator
from datetime import date
from decimal import Decimal, InvalidOperation
from io import StringIO, TextIOWrapper

from pydantic import BaseModel, JsonValue

from murmuration import Context, task

COLUMNS = ("shop", "order", "day", "product", "quantity", "price")


class NoSales(Exception):
    \"\"\"There is not one row to report.\"\"\"


class File(BaseModel):
    bucket: str
    key: str


class Dropped(BaseModel):
    file: str
    line: int
    why: str


class Cleaned(BaseModel):
    file: dict[str, JsonValue]
    rows: int
    dropped: list[Dropped]


@task
def handler(files: list[File], *, context: Context) -> Cleaned:
    \"\"\"Read the files, leave out what is wrong or there twice, and write one clean file. Fails with NoSales if it is empty.\"\"\"
    clean = StringIO()
    writer = csv.writer(clean)
    writer.writerow(COLUMNS)
    dropped: list[Dropped] = []
    rows = 0
    for at, file in enumerate(files):
        context.progress(at / len(files), file.key)
        seen: set[str] = set()
        opened = context.artifacts.open(file.model_dump())
        with TextIOWrapper(opened, encoding="utf-8-sig", newline="") as text:
            for line, row in _rows(text):
                try:
                    sale = _sale(row)
                    if sale[0] in seen:
                        raise ValueError(f"the order {sale[0]} is there already")
                except ValueError as wrong:
                    dropped.append(Dropped(file=file.key, line=line, why=str(wrong)))
                    continue
                seen.add(sale[0])
                writer.writerow((file.key.removesuffix(".csv"), *sale))
                rows += 1
    if rows == 0:
        raise NoSales(f"no sale was found in {', '.join(file.key for file in files) or 'no file'}")
    context.logger.info("%d rows are clean, %d were left out", rows, len(dropped))
    return Cleaned(file=context.artifacts.write("sales.csv", clean.getvalue()), rows=rows, dropped=dropped)


def _rows(text: TextIOWrapper) -> Iterator[tuple[int, dict[str, str]]]:
    \"\"\"With the line each stands in. Cells that are missing are empty.\"\"\"
    reader = csv.DictReader(text, restval="")
    for row in reader:
        yield reader.line_num, {name: value.strip() for name, value in row.items() if name is not None}


def _sale(row: dict[str, str]) -> tuple[str, str, str, int, str]:
    \"\"\"ValueError says what is wrong with the row, in words.\"\"\"
    order, product = row.get("order", ""), row.get("product", "").lower()
    if not order or not product:
        raise ValueError("it names no order or no product")
    try:
        day = date.fromisoformat(row.get("day", ""))
    except ValueError:
        raise ValueError(f"{row.get('day', '')!r} is no day") from None
    # One till writes a decimal comma.
    quantity, price = _number(row, "quantity"), _number(row, "price")
    if quantity != quantity.to_integral_value() or quantity <= 0:
        raise ValueError(f"{row['quantity']!r} is no quantity")
    if price < 0:
        raise ValueError(f"{row['price']!r} is no price")
    return order, day.isoformat(), product, int(quantity), f"{price:.2f}"


def _number(row: dict[str, str], name: str) -> Decimal:
    try:
        found = Decimal(row.get(name, "").replace(",", "."))
    except InvalidOperation:
        found = Decimal("NaN")
    if not found.is_finite():
        raise ValueError(f"{row.get(name, '')!r} is no {name}")
    return found
""",
    },
    "summarise_sales": {
        "handler.py": """\
\"\"\"Sums up the clean rows. Money is counted in decimals, and told as text: a JSON number would be rounded.\"\"\"

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
    \"\"\"What was sold, by shop and by product, the best first.\"\"\"
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
""",
    },
    "write_sales_report": {
        "handler.py": """\
\"\"\"Writes the report as a Markdown file.\"\"\"

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
    \"\"\"Write `sales/DAY.md` into the bucket, DAY being the last one with a sale. The same day's report is replaced.\"\"\"
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
    return context.artifacts.write(f"sales/{summary.last_day}.md", "\\n".join(lines) + "\\n", bucket=bucket)


def _table(title: str, lines: list[Line]) -> list[str]:
    rows = [f"| {line.name} | {line.sold} | {line.takings} |" for line in lines]
    return ["", f"| {title} | Sold | Takings |", "|---|---:|---:|", *rows]
""",
    },
}
