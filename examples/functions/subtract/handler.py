from murmuration import task


@task
def handler(a: float, b: float) -> float:
    """The first number less the second."""
    return a - b
