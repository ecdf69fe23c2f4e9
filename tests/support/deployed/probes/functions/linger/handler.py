"""In no hurry."""

import time

from murmuration import task


@task
def handler() -> None:
    time.sleep(600)
