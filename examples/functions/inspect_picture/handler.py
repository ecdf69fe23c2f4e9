"""Is this a picture? It is decoded as a whole, so a file that breaks off in the middle is found here and not later."""

import warnings

from PIL import Image, UnidentifiedImageError
from pydantic import BaseModel

from murmuration import Context, task

FORMATS = ("PNG", "JPEG", "WEBP")
MOST_PIXELS = 40_000_000


class NotAPicture(Exception):
    """The name of this class is the error's type: what `retry: {on: [...]}` and conditions see."""


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
    """Look at a picture: its format and its measures. Fails with NotAPicture where it is none."""
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
