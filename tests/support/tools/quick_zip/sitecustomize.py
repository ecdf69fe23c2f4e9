"""On the path of `sam deploy`, which zips 400 MB of packages: pressed less hard, that takes a third of the time."""

import zipfile
import zlib


def lightly(type_, _level=None):
    assert type_ == zipfile.ZIP_DEFLATED
    return zlib.compressobj(1, zlib.DEFLATED, -15)


zipfile._get_compressor = lightly
