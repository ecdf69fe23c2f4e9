"""Calling: what the task functions of the stack run for a task, a built-in action or a function from its bundle."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.task import Work
from murmuration.sdk.context import Context

if TYPE_CHECKING:
    from murmuration.aws.runtime import Call
    from murmuration.aws.stack import Stack


def calling(stack: Stack) -> Call:
    def call(work: Work, context: Context) -> object:
        function = work.node.task.function
        try:
            if function is None:
                return stack.actions.run(work, context)
            return stack.bundles.handler(work.loaded.pipeline.project, function)(work.parameters, context)
        finally:
            stack.bundles.close()

    return call
