"""Cleans what the shops' tills have written: rows that cannot be sales are left out, each with the reason."""

import csv
from collections.abc import Iterator
from datetime import date
from decimal import Decimal, InvalidOperation
from io import StringIO, TextIOWrapper

from pydantic import BaseModel, JsonValue

from murmuration import Context, task

COLUMNS = ("shop", "order", "day", "product", "quantity", "price")


class NoSales(Exception):
    """There is not one row to report."""


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
    """Read the files, leave out what is wrong or there twice, and write one clean file. Fails with NoSales if it is empty."""
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
    """With the line each stands in. Cells that are missing are empty."""
    reader = csv.DictReader(text, restval="")
    for row in reader:
        yield reader.line_num, {name: value.strip() for name, value in row.items() if name is not None}


def _sale(row: dict[str, str]) -> tuple[str, str, str, int, str]:
    """ValueError says what is wrong with the row, in words."""
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
