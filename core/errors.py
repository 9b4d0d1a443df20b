"""Errors that a person can act on: each says what happened, where, and carries its HTTP status.

The command line prints ``str(error)`` on one line and exits with ``exit_code``; the web app renders the same text with ``status``.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.types import Cost


class UsherError(Exception):
    """Base of every expected failure."""

    status = 500
    exit_code = 2


class InvalidFile(UsherError):
    """A file that a person wrote cannot be used."""

    status = 422

    def __init__(self, *, file: str, problem: str, line: int | None = None) -> None:
        self.file, self.line, self.problem = file, line, problem
        super().__init__(f"{file}:{line}: {problem}" if line else f"{file}: {problem}")


class InvalidMessage(UsherError):
    """A message cannot be read; nothing of it was stored."""

    status = 422

    def __init__(self, *, source: str, problem: str) -> None:
        super().__init__(f"{source}: {problem}")


class InvalidEdit(UsherError):
    """A change to a request that the policy does not allow; the request stays as it was."""

    status = 422

    def __init__(self, *, approval: str, problem: str) -> None:
        super().__init__(f"approval {approval} stays as it is: {problem}")


class NotFound(UsherError):
    status = 404

    def __init__(self, *, what: str, id: str) -> None:
        super().__init__(f"no {what} {id!r}")


class Unauthenticated(UsherError):
    status = 401

    def __init__(self, *, problem: str) -> None:
        super().__init__(problem)


class Forbidden(UsherError):
    status = 403

    def __init__(self, *, who: str, problem: str) -> None:
        super().__init__(f"{who} {problem}")


class Conflict(UsherError):
    """Somebody else was first, or what was asked for has changed since."""

    status = 409

    def __init__(self, *, problem: str) -> None:
        super().__init__(problem)


class TooManyRequests(UsherError):
    """The token has used up its rate; ``retry_after_s`` says when it may ask again."""

    status = 429

    def __init__(self, *, who: str, per_minute: int, retry_after_s: float) -> None:
        self.retry_after_s = retry_after_s
        super().__init__(f"{who} has sent more than {per_minute} requests in a minute; try again in {retry_after_s:.0f} s")


class Unavailable(UsherError):
    """Something the product stands on (database, index, data folder) cannot be used."""

    status = 503

    def __init__(self, *, what: str, problem: str) -> None:
        super().__init__(f"{what}: {problem}")


class InvalidSetting(UsherError):
    def __init__(self, *, name: str, problem: str) -> None:
        super().__init__(f"{name}: {problem}")


class ModelFailed(UsherError):
    """The chat model gave nothing usable; the embedded path goes on and the receipt names ``kind``. ``cost`` where it is known."""

    status = 502

    def __init__(self, *, kind: str, problem: str, cost: "Cost | None" = None) -> None:
        self.kind, self.cost = kind, cost
        super().__init__(f"model {kind}: {problem}")
