"""Worker processes: where functions and actions run, away from the engine, with a limit on everything they use.

    engine ──jobs──> workers ──results──> engine          (sockets; the kernel's queue is the queue)
       └───control──> nursery ──fork, kill, wait──> workers

The nursery is a small process with one thread that the engine starts; it forks the workers, so a new one costs about a
millisecond and shares most of its memory, and the engine itself never forks. The nursery alone waits for workers and
kills them, so no process id is ever used after it was given to somebody else.

What must always hold:
  1. For each submitted job there comes exactly one `Finished`.
  2. A job is killed only if it is the one that was meant, and everything it started dies with it.
  3. When the engine dies, however it dies, nursery and workers die.
  4. A function sees none of the engine's environment, descriptors or memory beyond what its job and the allow-list give.
"""

from murmuration.functions.failure import Failure
from murmuration.local.workers.job import Finished, Job, JobContext, Kind, Printed, Progressed, Report, Stream
from murmuration.local.workers.pool import Pool

__all__ = ["Failure", "Finished", "Job", "JobContext", "Kind", "Pool", "Printed", "Progressed", "Report", "Stream"]
