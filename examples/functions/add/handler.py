from murmuration import task


@task
def handler(a: float, b: float) -> float:
    """The sum of two numbers."""
    return a + b
