from murmuration import task


@task
def handler(a: float, b: float) -> float:
    """The first number divided by the second. Division by zero fails the task with ZeroDivisionError."""
    return a / b
