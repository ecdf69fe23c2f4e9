"""EventBridge's event patterns: does this event match, which of these rules match, and why not.

    Pattern({"source": ["shop"]}).matches('{"source": "shop"}')

Reading order: `text` and `event` (JSON without loss), `parse` and `leaf` (the language and its refusals), `operators`,
`match` (the rule of arrays), `search` (the same for odd events), `index` (ten thousand rules at the price of ten).
"""

from events.pattern.index import RuleIndex
from events.pattern.pattern import Pattern
from schemas.errors import InvalidPattern

__all__ = ["InvalidPattern", "Pattern", "RuleIndex"]
