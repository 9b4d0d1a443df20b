"""Whether what runs now only looks: a preview stores nothing, however deep below it something would."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_LOOKING = ContextVar("looking", default=False)


@contextmanager
def only_looking() -> Iterator[None]:
    """Within the block, and the tasks begun there, nothing is read into the store."""
    before = _LOOKING.set(True)
    try:
        yield
    finally:
        _LOOKING.reset(before)


def looking() -> bool:
    return _LOOKING.get()
