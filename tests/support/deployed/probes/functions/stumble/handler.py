"""Falls as often as it is told to."""

from murmuration import Context, task


class Stumbled(Exception):
    pass


@task
def handler(times: int, *, context: Context) -> int:
    if context.attempt <= times:
        raise Stumbled(f"attempt {context.attempt}")
    return context.attempt
