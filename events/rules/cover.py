"""Covering who-tells-whom with few rules: a rule joins any number of upstream tasks to at most five targets.

The pairs form a bipartite graph; a rule is a biclique in it, a set of sources and a set of targets that are joined
completely. The fewest bicliques are hard to find (it is NP-hard), so each connected part is tried three ways and the
shortest answer is taken: sources with the same targets together, targets with the same sources together, and a greedy
that always takes the biclique with the most pairs.

What must always hold: every pair is in exactly one biclique, and no biclique has a pair that was not asked for. Parts
that are not connected do not influence each other, so a change in one leaves the rules of the others as they were.
Sets are bits of an integer; the order of first appearance decides every tie, so the answer is the same every time.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

TARGETS: Final = 5
"""An EventBridge rule has at most five targets."""


@dataclass(frozen=True, slots=True)
class Biclique:
    sources: tuple[str, ...]
    targets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Part:
    """A connected part: for each source its targets, and for each target its sources, as sets of bits."""

    outgoing: Mapping[int, int]
    incoming: Mapping[int, int]


def cover(pairs: Iterable[tuple[str, str]], *, limit: int | None = None) -> tuple[Biclique, ...] | None:
    """Few bicliques that hold each pair once; None once it is clear that there would be more than `limit`."""
    sources: dict[str, int] = {}
    targets: dict[str, int] = {}
    outgoing: dict[int, int] = {}
    incoming: dict[int, int] = {}
    for source, target in pairs:
        at, to = sources.setdefault(source, len(sources)), targets.setdefault(target, len(targets))
        outgoing[at] = outgoing.get(at, 0) | 1 << to
        incoming[to] = incoming.get(to, 0) | 1 << at
    if limit is not None and len(targets) > limit * TARGETS:
        return None
    source_names, target_names = tuple(sources), tuple(targets)
    found: list[Biclique] = []
    for part in _parts(outgoing, incoming):
        for left, right in _shortest(part, None if limit is None else limit - len(found)):
            found.append(
                Biclique(
                    tuple(source_names[bit] for bit in _bits(left)), tuple(target_names[bit] for bit in _bits(right))
                )
            )
        if limit is not None and len(found) > limit:
            return None
    return tuple(found)


def _parts(outgoing: Mapping[int, int], incoming: Mapping[int, int]) -> Iterator[_Part]:
    left = set(outgoing)
    for first in outgoing:
        if first not in left:
            continue
        sources, targets, fresh = 0, 0, 1 << first
        while fresh:
            sources |= fresh
            reached = 0
            for source in _bits(fresh):
                reached |= outgoing[source]
            reached &= ~targets
            targets |= reached
            fresh = 0
            for target in _bits(reached):
                fresh |= incoming[target]
            fresh &= ~sources
        left.difference_update(_bits(sources))
        yield _Part({at: outgoing[at] for at in _bits(sources)}, {to: incoming[to] for to in _bits(targets)})


def _shortest(part: _Part, limit: int | None) -> list[tuple[int, int]]:
    by_source = [(sources, some) for targets, sources in _twins(part.outgoing).items() for some in _in_fives(targets)]
    by_target = [(sources, some) for sources, targets in _twins(part.incoming).items() for some in _in_fives(targets)]
    simple = min(by_source, by_target, key=len)
    fewest = -(-len(part.incoming) // TARGETS)
    if len(simple) == fewest:
        return simple
    enough = len(simple) - 1 if limit is None else min(len(simple) - 1, limit)
    greedy = _greedy(part, enough)
    return simple if greedy is None else greedy


def _twins(sets: Mapping[int, int]) -> dict[int, int]:
    """Those with the same set on the other side, together."""
    twins: dict[int, int] = {}
    for one, others in sets.items():
        twins[others] = twins.get(others, 0) | 1 << one
    return twins


def _in_fives(bits: int) -> Iterator[int]:
    some, count = 0, 0
    for bit in _bits(bits):
        some, count = some | 1 << bit, count + 1
        if count == TARGETS:
            yield some
            some, count = 0, 0
    if some:
        yield some


def _greedy(part: _Part, enough: int) -> list[tuple[int, int]] | None:
    """Always the biclique with the most pairs that are still open; None when it takes more than `enough`.

    A biclique's worth only falls as pairs are taken, so an old worth is a bound: only the top is looked at again.
    """
    outgoing, incoming = dict(part.outgoing), dict(part.incoming)
    found: list[tuple[int, int]] = []
    queue = [(-_best(at, outgoing, incoming)[0], at) for at in outgoing]
    heapq.heapify(queue)
    while queue:
        promised, at = heapq.heappop(queue)
        worth, sources, targets = _best(at, outgoing, incoming)
        if worth != -promised:
            if worth:
                heapq.heappush(queue, (-worth, at))
            continue
        if len(found) == enough:
            return None
        found.append((sources, targets))
        for source in _bits(sources):
            outgoing[source] &= ~targets
        for target in _bits(targets):
            incoming[target] &= ~sources
        heapq.heappush(queue, (-worth, at))
    return found


def _best(at: int, outgoing: Mapping[int, int], incoming: Mapping[int, int]) -> tuple[int, int, int]:
    """The best biclique with this source in it: how many pairs, its sources, its targets."""
    open_targets = list(_bits(outgoing[at]))
    common, chosen = -1, 0
    best = (0, 0, 0)
    for size in range(1, min(TARGETS, len(open_targets)) + 1):
        target = max(open_targets, key=lambda to: ((common & incoming[to]).bit_count(), -to))
        open_targets.remove(target)
        common, chosen = common & incoming[target], chosen | 1 << target
        best = max(best, (size * common.bit_count(), common, chosen), key=lambda found: found[0])
    return best


def _bits(bits: int) -> Iterator[int]:
    while bits:
        low = bits & -bits
        yield low.bit_length() - 1
        bits ^= low
