from pydantic import BaseModel

from murmuration import Context, task


class File(BaseModel):
    bucket: str
    key: str


class Found(BaseModel):
    file: File
    found: bool
    size: int = 0


@task
def handler(file: File, *, context: Context) -> Found:
    """Is there such a file, with something in it? That there is none is an answer, not a failure."""
    try:
        size = context.artifacts.path(file.model_dump()).stat().st_size
    except FileNotFoundError:
        size = 0
    return Found(file=file, found=size > 0, size=size)
