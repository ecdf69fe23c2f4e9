"""Functions: folders `functions/NAME/handler.py` in a workspace, found, read, loaded, called and described."""

from murmuration.functions.description import Description, describe
from murmuration.functions.folder import Function, FunctionNotFound, discover, find

__all__ = ["Description", "Function", "FunctionNotFound", "describe", "discover", "find"]
