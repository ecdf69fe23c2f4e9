"""What `murmur deploy`, `murmur destroy` and `murmur doctor --target` do, without a word on the screen.

    sam.py          the stock tool that builds and deploys template.yaml
    stack.py        what is deployed under a stage: outputs, and the environment that its functions have
    buckets.py      logical buckets become real ones
    libraries.py    a function's requirements.txt becomes a bundle for the target's machine
    functions.py    functions become bundles and a manifest
    designer.py     the designer's files go where CloudFront looks
    losing.py       what is there, and would be lost
    destroying.py   all of it taken away again, as often as it takes
    smoke.py        does it work: for whoever has an account

What must always hold: each step may be done again, and what is done already is left alone; nothing is installed when a
function runs; nothing that we did not make is removed.
"""
