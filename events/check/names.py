"""Names that AWS would refuse, beyond what the models see: S3's rules for buckets."""

from __future__ import annotations

import re
from collections.abc import Iterator

from events.check.subject import Subject
from schemas.problem import Code, Path, Problem
from schemas.project import Project
from schemas.source import Source

_ADDRESS = re.compile(r"\d+\.\d+\.\d+\.\d+")
_RESERVED = (
    (str.startswith, ("xn--", "sthree-", "amzn-s3-demo-")),
    (str.endswith, ("-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3")),
)


def check_names(subject: Subject) -> None:
    for name, trigger in subject.pipeline.triggers.items():
        if trigger.s3 is not None and (wrong := bucket_mistake(trigger.s3.bucket)):
            subject.add(Code.BAD_NAME, ("triggers", name, "s3", "bucket"), *wrong)


def project_names(source: Source, project: Project) -> Iterator[Problem]:
    for name, bucket in project.buckets.items():
        path: Path = ("buckets", name)
        if wrong := bucket_mistake(name):
            yield source.problem(Code.BAD_NAME, path, *wrong, key=True)
        if bucket.name is not None and (wrong := bucket_mistake(bucket.name)):
            yield source.problem(Code.BAD_NAME, (*path, "name"), *wrong)


def bucket_mistake(name: str) -> tuple[str, str] | None:
    if ".." in name or ".-" in name or "-." in name:
        return f'S3 refuses the bucket name "{name}": a dot stands beside a dot or a dash', "Use letters and dashes"
    if _ADDRESS.fullmatch(name):
        return f'S3 refuses the bucket name "{name}": it looks like an address', "Use letters and dashes"
    for meets, reserved in _RESERVED:
        if found := next((part for part in reserved if meets(name, part)), ""):
            return f'S3 refuses the bucket name "{name}": {found} is reserved', "Choose another name"
    return None
