"""On the path of `sam deploy`: it zips 400 MB of packages, which takes a third of the time when they are pressed less hard."""

import zipfile

_level = zipfile.ZipFile.__init__.__defaults__
assert _level is not None
# file, mode, compression, allowZip64, compresslevel
zipfile.ZipFile.__init__.__defaults__ = (*_level[:3], 1)
