"""Logs: one line an event on stderr, without tracebacks unless somebody debugs."""

import logging
from typing import Any


class OneLine(logging.Formatter):
    """``full``: exceptions with their tracebacks."""

    def __init__(self, *, full: bool) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")
        self._full = full

    def formatException(self, ei: Any) -> str:  # noqa: N802 - the library's name
        return super().formatException(ei) if self._full else f"{ei[0].__name__}: {' '.join(str(ei[1]).split())}"


def log_to_stderr(level: str) -> None:
    """Everything from ``level`` on, also of libraries that set their own loggers lower."""
    handler = logging.StreamHandler()
    handler.setFormatter(OneLine(full=level.upper() == "DEBUG"))
    handler.setLevel(level.upper())
    logging.basicConfig(level=level.upper(), handlers=[handler])
