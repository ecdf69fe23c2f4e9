"""EventBridge's event patterns: does this event match, which of these rules match, and why not.

    Pattern({"source": ["shop"]}).matches('{"source": "shop"}')

Reading order: `text` and `event` (JSON without loss), `parse` and `leaf` (the language and its refusals), `operators`,
`match` (the rule of arrays), `search` (the same for odd events), `index` (ten thousand rules at the price of ten).
"""

from events.pattern.explain import Failure, Reason
from events.pattern.facts import leaf_paths, never_matches, uses_wildcards
from events.pattern.index import RuleIndex
from events.pattern.limits import LONGEST, LONGEST_EVER, WILDCARD_RULES_PER_BUS, over_length
from events.pattern.pattern import Pattern
from schemas.errors import InvalidPattern

__all__ = [
    "LONGEST",
    "LONGEST_EVER",
    "WILDCARD_RULES_PER_BUS",
    "Failure",
    "InvalidPattern",
    "Pattern",
    "Reason",
    "RuleIndex",
    "leaf_paths",
    "never_matches",
    "over_length",
    "uses_wildcards",
]
