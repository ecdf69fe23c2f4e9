"""The product around the core: the `murmur` command, the backends, the SDK of a function's author.

from murmuration import Context, task
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from murmuration.aws.own import lambda_handler
    from murmuration.sdk import Context, InvalidInput, task

__all__ = ["Context", "InvalidInput", "lambda_handler", "task"]


def __getattr__(name: str) -> object:
    """The SDK is imported when somebody asks for it: every part of the product passes through this file."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if name == "lambda_handler":
        from murmuration.aws.own import lambda_handler

        return lambda_handler
    from murmuration import sdk

    return getattr(sdk, name)
