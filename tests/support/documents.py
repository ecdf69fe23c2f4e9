"""Random pipeline documents, as a person could write them: every part of the model, shorthands too."""

from __future__ import annotations

import yaml
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy, composite
from pydantic import JsonValue
from support.pipelines import joins, pipelines

from schemas.model import JsonObject


class _Quoting(yaml.SafeDumper):
    """Every text in quotes: PyYAML leaves some plain that YAML 1.2 reads as numbers (`0E0`)."""


def _quoted(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"')


_Quoting.add_representer(str, _quoted)


def as_yaml(document: JsonObject) -> str:
    told: str = yaml.dump(document, Dumper=_Quoting, allow_unicode=True)
    return told


names = st.from_regex(r"\A[A-Za-z][A-Za-z0-9_-]{0,6}\Z")
buckets = st.from_regex(r"\A[a-z0-9][a-z0-9-]{1,6}[a-z0-9]\Z")
words = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=12)
durations = st.tuples(st.integers(1, 90), st.sampled_from(["ms", "s", "m", "h", "d"])).map(
    lambda told: f"{told[0]}{told[1]}"
)
values: SearchStrategy[JsonValue] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | words
    | st.sampled_from(
        ["${input.n}", "x ${item}", "1e3", "yes", "null", "0777", "12:30", "2030-01-01", "~", "<<", "1_000"]
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=5,
)
objects = st.dictionaries(words, values, max_size=3)


def _some(
    required: dict[str, SearchStrategy[object]], **optional: SearchStrategy[object]
) -> SearchStrategy[dict[str, object]]:
    return st.fixed_dictionaries(required, optional=optional)


retries = _some(
    {},
    attempts=st.integers(1, 100),
    delay=durations,
    backoff=st.integers(1, 100) | st.floats(1, 100),
    max_delay=durations,
    jitter=st.sampled_from(["none", "equal", "full"]),
    on=st.lists(words, max_size=2),
)
for_eachs = st.one_of(
    st.just("${input.files}"),
    st.lists(values, max_size=2),
    _some({"items": st.just("${input.files}") | st.lists(values, max_size=2)}, concurrency=st.integers(1, 10_000)),
)
schedules = st.one_of(
    _some(
        {"cron": st.just("0 2 * * *")},
        timezone=st.just("Europe/Zurich"),
        catch_up=st.sampled_from(["none", "latest", "all"]),
    ),
    _some({"rate": durations}, overlap=st.sampled_from(["allow", "skip", "queue"])),
)
webhooks = st.one_of(
    st.just({"signature": "none"}),
    _some({"secret": st.just("HOOK")}, signature=st.sampled_from(["github", "stripe", "plain"]), window=durations),
)
sources = st.one_of(
    st.tuples(st.just("event"), objects),
    st.tuples(st.just("s3"), _some({"bucket": buckets}, prefix=words, suffix=st.lists(words, max_size=2))),
    st.tuples(st.just("schedule"), schedules),
    st.tuples(st.just("webhook"), webhooks),
    st.tuples(
        st.just("pipeline"),
        _some(
            {"pipeline": names},
            project=names,
            on=st.lists(st.sampled_from(["succeeded", "failed"]), min_size=1, max_size=2),
        ),
    ),
    st.tuples(st.just("manual"), st.just({})),
)
functions = st.builds(
    lambda name: {"lambda": f"arn:aws:lambda:us-east-1:000000000000:function:{name}"}, st.from_regex(r"\A[a-z]{1,5}\Z")
)
concurrencies = st.integers(1, 100_000) | _some({"limit": st.integers(1, 9)}, full=st.sampled_from(["queue", "drop"]))


@composite
def _tasks(draw: DrawFn) -> dict[str, object]:
    work = draw(st.tuples(st.just("function"), names) | st.just(("action", "s3.copy")))
    more = _some(
        {},
        description=words,
        retry=retries,
        timeout=durations,
        join=joins(),
        for_each=for_eachs,
        callback=st.booleans(),
        memory=st.sampled_from(["small", "medium", "large", "huge"]),
        **{"with": objects},
    )
    return {work[0]: work[1], **draw(more)}


@composite
def _triggers(draw: DrawFn) -> dict[str, object]:
    kind, source = draw(sources)
    return {kind: source, **draw(_some({}, input=values, key=words))}


@composite
def documents(draw: DrawFn) -> JsonObject:
    """The graph of a random pipeline, and around it whatever a document may hold."""
    graph = draw(pipelines(max_tasks=3))
    about = _some(
        {},
        description=words,
        owner=words,
        input=objects,
        deadline=durations,
        concurrency=concurrencies,
        functions=st.dictionaries(names, functions, max_size=1),
        triggers=st.dictionaries(names, _triggers(), max_size=2),
    )
    tasks: dict[str, object] = {name: draw(_tasks()) for name in graph.tasks}
    return {**graph.document(), **draw(about), "tasks": tasks}
