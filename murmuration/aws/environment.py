"""The environment: what a deployed stack is called and where its parts are. Read from the variables that `template.yaml`
gives to every function; a command reads the same from the stack's outputs (`of_outputs`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import orjson

from events.surroundings import Surroundings
from schemas.errors import MurmurationError
from schemas.pipeline import Memory

VARIABLES: Final = {
    "stage": "MURMUR_STAGE",
    "account": "MURMUR_ACCOUNT",
    "region": "AWS_REGION",
    "partition": "MURMUR_PARTITION",
    "table": "MURMUR_TABLE",
    "artifacts": "MURMUR_ARTIFACTS",
    "projector_queue": "MURMUR_PROJECTOR_QUEUE",
    "timers_queue": "MURMUR_TIMERS_QUEUE",
    "scheduler_role": "MURMUR_SCHEDULER_ROLE",
}


class NotDeployed(MurmurationError):
    code = "not-deployed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    stage: str
    account: str
    region: str
    partition: str
    table: str
    artifacts: str
    """The bucket of artifacts and of functions' bundles."""
    projector_queue: str
    """As SQS calls it: a URL."""
    timers_queue: str
    scheduler_role: str
    """What Scheduler takes on to call our queue and our start function."""
    buckets: Mapping[str, str] = field(default_factory=dict)
    """Real names of logical buckets."""
    run_days: int = 30
    """So long a run and its events stay after its deadline."""
    memory_functions: Mapping[Memory, str] = field(default_factory=dict)

    @property
    def prefix(self) -> str:
        """Every name of this stack's begins with it; its bus is called so."""
        return f"murmur-{self.stage}"

    @property
    def schedules(self) -> str:
        """The group of Scheduler that holds all we make."""
        return self.prefix

    @property
    def parameters(self) -> str:
        """Under which the parameter store holds variables and secrets: `…/PROJECT/variables/NAME`, `…/PROJECT/secrets/NAME`."""
        return f"/{self.prefix}"

    @property
    def surroundings(self) -> Surroundings:
        return Surroundings(
            region=self.region,
            account=self.account,
            partition=self.partition,
            bus=self.prefix,
            prefix=self.prefix,
            dead_letters=f"{self.prefix}-undelivered",
            buckets=self.buckets,
            memory_functions=self.memory_functions,
        )


def of_variables(variables: Mapping[str, str]) -> Environment:
    """What a function finds around it."""
    missing = [name for name in VARIABLES.values() if not variables.get(name)]
    if missing:
        told = f"the environment lacks {', '.join(missing)}"
        raise NotDeployed(told, advice="Deploy with template.yaml: it gives them to every function")
    texts = {field_: variables[name] for field_, name in VARIABLES.items()}
    buckets = orjson.loads(variables.get("MURMUR_BUCKETS") or "{}")
    memory = orjson.loads(variables.get("MURMUR_MEMORY_FUNCTIONS") or "{}")
    days = int(variables.get("MURMUR_RUN_DAYS") or 30)
    return Environment(
        **texts, run_days=days, buckets=buckets, memory_functions={Memory(name): key for name, key in memory.items()}
    )
