"""The product as the chaos processes run it: the fixed crew, and the two receivers behind the outbox."""

from functools import cached_property
from pathlib import Path

from benchmarks.chaos.receivers import Blind, Keyed
from benchmarks.crew import Fixed
from store.outbox import Outbox

# Who takes what: half the replies and every assignment go where keys are known, the rest where they are not.
RECEIVER = {"api": "keyed", "desk": "keyed", "chat": "blind", "people": "blind"}


class Chaotic(Fixed):
    """``folder`` holds the receivers' files and everything else of the run."""

    def __init__(self, database_url: str, folder: Path) -> None:
        super().__init__(database_url, folder / "data")
        self._folder = folder

    @cached_property
    def outbox(self) -> Outbox:
        receivers = {"keyed": Keyed(self._folder), "blind": Blind(self._folder)}
        return Outbox(
            self.database,
            clock=self.clock,
            deliverers={channel: receivers[name] for channel, name in RECEIVER.items()},
            default=receivers["keyed"],
        )
