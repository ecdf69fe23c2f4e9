"""Makes a smaller picture with Pillow and puts it into a bucket."""

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
    """Make a picture that is at most `width` pixels wide, in the same format. A smaller one is left as small as it is."""
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
