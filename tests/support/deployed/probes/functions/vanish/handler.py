"""Nobody hears of it again."""

import os

from murmuration import task


@task
def handler() -> None:
    os._exit(3)
