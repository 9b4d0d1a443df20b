"""What a page must be to be found, checked exactly."""

from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from knowledge.chunks import Chunk

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from knowledge.snapshot import Snapshot


class Bounds(NamedTuple):
    """Pages in one of ``languages`` (none: in any), for one of ``regions`` (None: for any), in force that ``day`` (UTC). A page
    that names no language is in ``default``, one that names no region is for all.
    """

    languages: frozenset[str]
    regions: frozenset[str] | None
    day: date
    default: str

    def speaks_to(self, chunk: Chunk) -> bool:
        """Whether its page is in a language and for a region wanted, in force or not."""
        spoken = not self.languages or (chunk.language or self.default) in self.languages
        return spoken and (self.regions is None or not chunk.regions or not self.regions.isdisjoint(chunk.regions))

    def masks(self, snapshot: "Snapshot") -> "tuple[NDArray[np.bool_], NDArray[np.bool_]]":
        """Of the snapshot's chunks, in order: those that may be found, and those that only the day keeps back."""
        import numpy as np

        firsts = [snapshot.chunks[begin] for begin, _ in snapshot.span_of.values()]
        sizes = [end - begin for begin, end in snapshot.span_of.values()]
        speaks = np.array([self.speaks_to(chunk) for chunk in firsts], bool)
        in_force = np.array([chunk.in_force(self.day) for chunk in firsts], bool)
        return np.repeat(speaks & in_force, sizes), np.repeat(speaks & ~in_force, sizes)
