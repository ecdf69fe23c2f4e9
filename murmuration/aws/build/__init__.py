"""What makes each function's package. `template.yaml` builds by makefile: SAM calls `make build-TaskFunction`, and that
calls `python -m murmuration.aws.build TaskFunction FOLDER`.

    closure.py     which of our modules a function can reach, and which libraries
    lock.py        what those libraries need, and the hashes of the lock
    wheels.py      their wheels for the architecture of the target, each checked by hash and tag
    compiled.py    .pyc by the same minor version of Python
    package.py     all of it in one folder: only what runs, always the same bytes

What must always hold: nothing is in a package that no hash of the lock vouches for, but our own modules; two builds of one
tree are the same, byte by byte; nothing is downloaded when a function runs. This package imports no boto3 and no network.
"""
