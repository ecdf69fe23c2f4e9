"""Tasks in the table: one item each, one write for each change, and what every write needs to know its own.

    claim     if nobody has it, or its lease or its wait for a retry is over    (1 write unit)
    settle    if it is claimed or waits, with our token                         (1, where item and outcome are within 1 KB)
    retry     the same
    hold      the same
    skip      if it is not there
    heals     if it is settled, and by this delivery

A write whose reply was lost comes again and finds its condition unmet. It was done if the item shows what only it can have
written: a claim its token; what a token fences that token with the same outcome or the same time; the others a mark of
their own. A settled task that is settled again with its token and another outcome is not done: what was recorded stays.

`losses` is one less than nothing while nobody ever claimed the attempt: a claim adds one, whether it is the first or the next.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from events.ledger import Claim, Millis, TaskRecord, TaskState, copied
from murmuration.aws.frozen import FEW, FrozenEdges
from murmuration.aws.records import LOST, name_of, of_run, outcome_bytes, settled_item, task_key, task_of
from murmuration.aws.table import Change, Item, Table, Value
from schemas.outcome import Outcome

WITNESSES: Final = 10_000
"""Runs of which a task at work is remembered."""
PAGE: Final = 50
_CLAIM: Final = (
    "SET #state = :claimed, #attempt = if_not_exists(#attempt, :one), #token = :token, #delivery = :delivery, "
    "#begun = :at, #lease = :lease, #opened = if_not_exists(#opened, :at), #edges = if_not_exists(#edges, :edges), "
    "#losses = if_not_exists(#losses, :lost) + :one, #log = :log, #expires = :expires REMOVE #due"
)
_FREE: Final = (
    "attribute_not_exists(#pk) OR (#state = :claimed AND #lease <= :at) OR (#state = :retrying AND #due <= :at)"
)
_SETTLE: Final = "SET #state = :settled, #outcome = :outcome, #ended = :at REMOVE #lease, #due"
_RETRY: Final = "SET #state = :retrying, #attempt = #attempt + :one, #due = :due, #losses = :lost REMOVE #lease"
_HOLD: Final = "SET #state = :waiting, #due = :due REMOVE #lease"
_OURS: Final = "#token = :token AND (#state = :claimed OR #state = :waiting)"
_HEAL: Final = "SET #mark = :mark REMOVE #delivery"
_NEW: Final = "attribute_not_exists(#pk)"

Expires = Callable[[str], int]


class Tasks:
    def __init__(self, table: Table, mark: Callable[[], str], expires: Expires) -> None:
        self._table = table
        self._mark = mark
        self._expires = expires
        self._frozen = FrozenEdges(table)
        self._witnesses: OrderedDict[str, str] = OrderedDict()

    def claim(self, run: str, task: str, claim: Claim) -> TaskRecord:
        expires = self._expires(run)
        edges = ""
        # Many are not written again for each claim: those of the first stay.
        if len(claim.edges) <= FEW or self._table.get(task_key(run, task)) is None:
            edges = self._frozen.put(run, task, claim.token, claim.edges, expires)
        values: dict[str, Value] = {
            "claimed": TaskState.CLAIMED.value,
            "retrying": TaskState.RETRYING.value,
            "token": claim.token,
            "delivery": claim.delivery,
            "at": claim.at,
            "lease": claim.lease,
            "edges": edges,
            "log": claim.log,
            "expires": expires,
            "one": 1,
            "lost": LOST,
        }
        changed = self._table.change(Change(task_key(run, task), _CLAIM, values, _FREE))
        return self._record(run, changed.item)

    def settle(self, run: str, task: str, token: str, outcome: Outcome, at: Millis) -> bool:
        values: dict[str, Value] = {"settled": TaskState.SETTLED.value, "outcome": outcome_bytes(outcome), "at": at}
        return self._as_owner(run, task, token, _SETTLE, values, {"state": "settled", "outcome": values["outcome"]})

    def retry(self, run: str, task: str, token: str, due: Millis) -> bool:
        values: dict[str, Value] = {"retrying": TaskState.RETRYING.value, "due": due, "one": 1, "lost": LOST}
        return self._as_owner(run, task, token, _RETRY, values, {"state": "retrying", "due": due})

    def hold(self, run: str, task: str, token: str, due: Millis) -> bool:
        # Held once more for the same time is held: its condition lets it.
        return self._as_owner(run, task, token, _HOLD, {"due": due}, {})

    def skip(self, run: str, task: str, at: Millis, delivery: str) -> bool:
        mark = self._mark()
        record = TaskRecord(TaskState.SETTLED, 0, "", delivery, at, outcome=Outcome.skipped(), ended=at)
        item = settled_item(run, task, record, "", self._expires(run)) | {"mark": mark}
        changed = self._table.put(item, _NEW)
        return changed.done or changed.item.get("mark") == mark

    def heals(self, run: str, task: str, delivery: str) -> bool:
        if not delivery:
            return False
        mark = self._mark()
        values: dict[str, Value] = {"settled": TaskState.SETTLED.value, "delivery": delivery, "mark": mark}
        condition = "#state = :settled AND #delivery = :delivery"
        changed = self._table.change(Change(task_key(run, task), _HEAL, values, condition))
        return changed.done or changed.item.get("mark") == mark

    def keep(self, run: str, records: Mapping[str, TaskRecord]) -> None:
        expires = self._expires(run)
        for task, record in records.items():
            edges = self._frozen.put(run, task, "kept", record.edges, expires)
            self._table.put(settled_item(run, task, copied(None, record), edges, expires), _NEW)

    def task(self, run: str, task: str) -> TaskRecord | None:
        item = self._table.get(task_key(run, task))
        return None if item is None else self._record(run, item)

    def tasks(self, run: str, names: Iterable[str] | None) -> Mapping[str, TaskRecord]:
        if names is None:
            found = self._table.under(of_run(run), "task#")
        else:
            found = iter(self._table.get_all(task_key(run, name) for name in names).values())
        return {name_of(item): self._record(run, item) for item in found}

    def may_be_over(self, run: str) -> bool:
        """One task that is at work is evidence enough, and the same one mostly next time: it is looked at alone. When it has
        settled the search goes on behind it, where the next ones often are."""
        last = self._witnesses.get(run, "")
        if last:
            item = self._table.get(task_key(run, last))
            if item is not None and _at_work(item):
                return False
        witness = self._search(run, last)
        if witness is None:
            self._witnesses.pop(run, None)
            return True
        self._witnesses[run] = witness
        self._witnesses.move_to_end(run)
        if len(self._witnesses) > WITNESSES:
            self._witnesses.popitem(last=False)
        return False

    def _search(self, run: str, last: str) -> str | None:
        behind = task_key(run, last).sk if last else ""
        for item in self._table.under(of_run(run), "task#", after=behind, page=PAGE):
            if _at_work(item):
                return name_of(item)
        if not last:
            return None
        for item in self._table.under(of_run(run), "task#", page=PAGE):
            if _at_work(item):
                return name_of(item)
            if name_of(item) >= last:
                break
        return None

    def _as_owner(
        self, run: str, task: str, token: str, update: str, values: Mapping[str, Value], traces: Item
    ) -> bool:
        fenced = {
            **values,
            "token": token,
            "claimed": TaskState.CLAIMED.value,
            "waiting": TaskState.WAITING.value,
        }
        changed = self._table.change(Change(task_key(run, task), update, fenced, _OURS))
        if changed.done:
            return True
        found = changed.item
        return bool(traces) and found.get("token") == token and traces.items() <= found.items()

    def _record(self, run: str, item: Item) -> TaskRecord:
        return task_of(item, self._frozen.read(run, name_of(item), item))


def _at_work(item: Item) -> bool:
    return item["state"] != TaskState.SETTLED.value
