"""Short garbage collections: what lives long is set aside, so that it is not looked through after every run.

Streamlit collects garbage after every run. Loaded data and kept figures live for hours, and looking through
them each time would soon be most of the server's work.
"""

import gc
import time
from typing import Any

# A full collection that takes longer than this has looked through much that lives long.
LONGEST_SECONDS = 0.005
# What was set aside is looked through after all so often, or when something has been added so many times: what has
# been dropped since, such as the sessions of readers who left, is freed then.
RECLAIM_SECONDS, RECLAIM_ADDITIONS = 900.0, 25


class _Keeper:
    """Watches collections of one process."""

    def __init__(self) -> None:
        self.started = 0.0
        self.reclaimed = time.monotonic()
        self.additions = 0

    def __call__(self, phase: str, info: dict[str, Any]) -> None:
        """Called by the interpreter before and after every collection."""
        if info["generation"] < 2:
            return
        now = time.monotonic()
        if phase == "start":
            if now - self.reclaimed > RECLAIM_SECONDS or self.additions >= RECLAIM_ADDITIONS:
                self.reclaimed, self.additions = now, 0
                gc.unfreeze()
            self.started = now
        elif now - self.started > LONGEST_SECONDS:
            gc.freeze()
            self.additions += 1


def keep_collections_short() -> None:
    """Set aside what lives by now, and from now on whatever survives a long collection; once per process."""
    gc.collect()
    gc.freeze()
    if not any(isinstance(callback, _Keeper) for callback in gc.callbacks):
        gc.callbacks.append(_Keeper())
