"""Several documents together: none says what another says already, triggers name pipelines that are there, and no pipeline
starts itself for ever, alone or round a chain of others."""

from __future__ import annotations

from collections.abc import Collection, Container, Sequence

from events.check.starts import Start, starts, starts_of
from events.check.subject import Subject
from schemas.names import did_you_mean
from schemas.problem import Code, Severity


def check_between(subjects: Sequence[Subject], beside: Sequence[Subject] = ()) -> None:
    """Of a chain that goes through both it is told at one of the `subjects`."""
    own = [subject for subject in subjects if not _nameless(subject)]
    others = [subject for subject in beside if not _nameless(subject)]
    _check_unknown(own, {subject.pipeline.name for subject in (*own, *others)})
    _check_loops([*own, *_started(own, others)], {subject.pipeline.name for subject in own})


def _nameless(subject: Subject) -> bool:
    return subject.shape.gone("project") or subject.shape.gone("pipeline")


def _started(own: Sequence[Subject], others: Sequence[Subject]) -> list[Subject]:
    """Those that runs of one's own may start, however far down: a chain that comes back goes through no others. Many pipelines
    stand beside one, and few are started by it."""
    found: list[Subject] = []
    frontier, left = tuple(own), list(others)
    while frontier and left:
        starters = {subject.pipeline.name for subject in frontier}
        frontier = tuple(
            subject for subject in left if any(start.starter in starters for start in starts_of(subject, frontier))
        )
        found += frontier
        reached = {id(subject) for subject in frontier}
        left = [subject for subject in left if id(subject) not in reached]
    return found


def _check_unknown(subjects: Sequence[Subject], known: Collection[str]) -> None:
    """Only where the project's own document is among those given: then its pipelines are taken to be, too."""
    for subject in subjects:
        if subject.project is None:
            continue
        own = [name.split("/")[1] for name in known if name.startswith(f"{subject.pipeline.project}/")]
        for name, trigger in subject.pipeline.triggers.items():
            source = trigger.pipeline
            if source is not None and source.project in (None, subject.pipeline.project) and source.pipeline not in own:
                advice = did_you_mean(source.pipeline, own) or "Give its document too"
                subject.add(
                    Code.UNKNOWN_PIPELINE,
                    ("triggers", name, "pipeline", "pipeline"),
                    f'the project has no pipeline "{source.pipeline}" among the documents given',
                    advice,
                )


def _check_loops(subjects: Sequence[Subject], own: Container[str]) -> None:
    by_name: dict[str, Subject] = {}
    for subject in subjects:
        by_name.setdefault(subject.pipeline.name, subject)
    found = [start for start in starts(by_name.values()) if start.starter in by_name]
    told: set[frozenset[str]] = set()
    for severity, usable in ((Severity.ERROR, [one for one in found if one.sure]), (Severity.WARNING, found)):
        for loop in _loops(usable, own):
            members = frozenset(start.started for start in loop)
            if members not in told:
                told.add(members)
                _tell(by_name, loop, severity)


def _loops(found: Sequence[Start], own: Container[str]) -> list[list[Start]]:
    """Each pipeline that starts itself, and from each knot of several a shortest way round."""
    import networkx as nx

    by_ends: dict[tuple[str, str], Start] = {}
    for start in found:
        by_ends.setdefault((start.starter, start.started), start)
    graph: nx.DiGraph[str] = nx.DiGraph(list(by_ends))
    place = {name: at for at, name in enumerate(graph)}
    loops = [[by_ends[name, name]] for name in graph if graph.has_edge(name, name)]
    for knot in nx.strongly_connected_components(graph):
        if len(knot) > 1:
            first = min(knot, key=lambda name: (name not in own, place[name]))
            way = min(
                (nx.shortest_path(graph, to, first) for to in graph[first] if to in knot and to != first), key=len
            )
            loops.append([by_ends[ends] for ends in zip([first, *way], way, strict=False)])
    return loops


def _tell(by_name: dict[str, Subject], loop: list[Start], severity: Severity) -> None:
    last = loop[-1]
    subject = by_name[last.started]
    may = "may start" if severity is Severity.WARNING else "would start"
    if len(loop) == 1:
        message = f"{last.started} {may} itself for ever: {last.how}, and this trigger hears it"
    else:
        way = " -> ".join([last.started, *(start.started for start in loop)])
        story = "; ".join(f"{start.how}, which starts {start.started}" for start in loop)
        message = f"pipelines {may} each other for ever, {way}: {story}"
    subject.add(Code.STARTS_ITSELF, ("triggers", last.trigger), message, last.advice, key=True, severity=severity)
