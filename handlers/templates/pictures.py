"""Made from examples/pipelines/pictures.yaml. Change it there, and run python -m murmuration.template_modules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

TEXT: Final = """\
project: examples
pipeline: pictures
description: A picture dropped into "uploads" gets a thumbnail and a row in a table. What is no picture goes to quarantine.
owner: examples
input:
  type: object
  required: [key]
  properties: {key: {type: string, minLength: 1, description: The picture's key in the bucket "uploads".}}
  additionalProperties: false
deadline: 10m
triggers:
  dropped: {s3: {bucket: uploads, suffix: [.png, .jpg, .jpeg, .webp]}, input: {key: "${detail.object.key}"}}
tasks:
  validate:
    function: inspect_picture
    timeout: 30s
    with: {file: {bucket: uploads, key: "${input.key}"}}

  resize:
    function: make_thumbnail
    timeout: 1m
    with: {file: "${tasks.validate.output.file}", width: 200, bucket: thumbnails}

  # Before the first picture there is no table.
  table:
    action: sql.query
    timeout: 30s
    with:
      database: sqlite:///pictures.db
      statement: >-
        CREATE TABLE IF NOT EXISTS pictures
        (key TEXT PRIMARY KEY, format TEXT, width INTEGER, height INTEGER, size INTEGER, thumbnail TEXT)

  # A picture that is dropped again replaces its row. So does a second attempt: twice is once.
  store:
    action: sql.query
    timeout: 30s
    retry: {attempts: 3, delay: 1s, on: [SqlError, Timeout]}
    with:
      database: sqlite:///pictures.db
      statement: >-
        INSERT INTO pictures (key, format, width, height, size, thumbnail)
        VALUES (:key, :format, :width, :height, :size, :thumbnail)
        ON CONFLICT (key) DO UPDATE SET format = excluded.format, width = excluded.width, height = excluded.height,
        size = excluded.size, thumbnail = excluded.thumbnail
      parameters:
        key: "${input.key}"
        format: "${tasks.validate.output.format}"
        width: "${tasks.validate.output.width}"
        height: "${tasks.validate.output.height}"
        size: "${tasks.validate.output.size}"
        thumbnail: "${tasks.resize.output.key}"

  # It has two ways in, and needs one of them.
  quarantine:
    action: s3.copy
    join: any
    timeout: 30s
    with: {from: {bucket: uploads, key: "${input.key}"}, to: {bucket: quarantine, key: "${input.key}"}}

  # Whatever happened, it is told. Tasks that were skipped have no outcome, hence the defaults.
  report:
    action: s3.write
    join: any
    timeout: 30s
    with:
      bucket: reports
      key: "pictures/${input.key}.json"
      json:
        picture: "${input.key}"
        thumbnail: "${tasks.resize.output || `null`}"
        stored: "${tasks.store.status == 'succeeded' || `false`}"
        quarantined: "${tasks.quarantine.output || `null`}"
        problem: >-
          ${tasks.validate.error.message || tasks.resize.error.message
          || tasks.table.error.message || tasks.store.error.message || `null`}
edges:
  - {from: validate, to: resize}
  - {from: resize, to: table}
  - {from: table, to: store}
  - {from: validate, to: quarantine, on: failure}
  - {from: resize, to: quarantine, on: failure}
  - {from: table, to: report, on: failure}
  - {from: store, to: report, on: completion}
  - {from: quarantine, to: report, on: completion}
"""
FUNCTIONS: Final[Mapping[str, Mapping[str, str]]] = {
    "inspect_picture": {
        "handler.py": """\
\"\"\"Is this a picture? It is decoded as a whole, so a file that breaks off in the middle is found here and not later.\"\"\"

import warnings

from PIL import Image, UnidentifiedImageError
from pydantic import BaseModel

from murmuration import Context, task

FORMATS = ("PNG", "JPEG", "WEBP")
MOST_PIXELS = 40_000_000


class NotAPicture(Exception):
    \"\"\"The name of this class is the error's type: what `retry: {on: [...]}` and conditions see.\"\"\"


class File(BaseModel):
    bucket: str
    key: str


class Picture(BaseModel):
    file: File
    format: str
    width: int
    height: int
    size: int


@task
def handler(file: File, *, context: Context) -> Picture:
    \"\"\"Look at a picture: its format and its measures. Fails with NotAPicture where it is none.\"\"\"
    path = context.artifacts.path(file.model_dump())
    try:
        with warnings.catch_warnings(), Image.open(path, formats=FORMATS) as image:
            # Decoding takes memory by the pixel, and a few bytes can promise a great many of them.
            if image.width * image.height > MOST_PIXELS:
                raise NotAPicture(f"{file.key} has {image.width} x {image.height} pixels, too many to be taken in")
            image.load()
            found = Picture(
                file=file, format=str(image.format), width=image.width, height=image.height, size=path.stat().st_size
            )
    except UnidentifiedImageError:
        raise NotAPicture(f"{file.key} is no PNG, JPEG or WebP picture") from None
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as wrong:
        raise NotAPicture(f"{file.key} cannot be decoded: {wrong}") from None
    context.logger.info("%s is a %s of %d x %d pixels", file.key, found.format, found.width, found.height)
    return found
""",
        "requirements.txt": """\
pillow==13.0.0
""",
    },
    "make_thumbnail": {
        "handler.py": """\
\"\"\"Makes a smaller picture with Pillow and puts it into a bucket.\"\"\"

from io import BytesIO
from typing import Annotated

from PIL import Image, ImageOps
from pydantic import BaseModel, Field

from murmuration import Context, task


class File(BaseModel):
    bucket: str
    key: str


class Thumbnail(BaseModel):
    bucket: str
    key: str
    size: int
    width: int
    height: int


@task
def handler(
    file: File, width: Annotated[int, Field(ge=16, le=4096)] = 200, bucket: str = "thumbnails", *, context: Context
) -> Thumbnail:
    \"\"\"Make a picture that is at most `width` pixels wide, in the same format. A smaller one is left as small as it is.\"\"\"
    with context.artifacts.open(file.model_dump()) as source, Image.open(source) as image:
        kind = image.format
        # Cameras write which way up they were held; that is lost with everything else they write, so it is done first.
        upright = ImageOps.exif_transpose(image)
    if upright.mode in ("1", "P"):  # a palette has no colours between its own
        upright = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
    context.progress(0.3, "decoded")
    upright.thumbnail((width, upright.height), Image.Resampling.LANCZOS)
    context.progress(0.8, f"{upright.width} x {upright.height} pixels")
    content = BytesIO()
    upright.save(content, format=kind)
    kept = context.artifacts.write(f"{width}/{file.key}", content.getvalue(), bucket=bucket)
    return Thumbnail.model_validate({**kept, "width": upright.width, "height": upright.height})
""",
        "requirements.txt": """\
pillow==13.0.0
""",
    },
}
