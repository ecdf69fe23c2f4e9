"""What the author of a function imports: `from murmuration import task, Context`. It imports nothing heavy by itself."""

from murmuration.sdk.artifacts import Artifacts, Reference, Store
from murmuration.sdk.context import Context
from murmuration.sdk.task import InvalidInput, Task, task

__all__ = ["Artifacts", "Context", "InvalidInput", "Reference", "Store", "Task", "task"]
