"""Advisory file locks that the kernel releases with the process, however it ends."""

import os
from pathlib import Path
from types import TracebackType
from typing import Self

from core.errors import Unavailable


class FileLock:
    """One ``flock`` on one open file: shared or exclusive, held until ``release``. POSIX only."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._handle: int | None = None

    def acquire(self, *, shared: bool = False, wait: bool = True) -> bool:
        """Whether the lock is held now; False only with ``wait=False``.

        Raises:
            Unavailable: on a system without ``flock``.
        """
        try:
            import fcntl
        except ImportError:
            raise Unavailable(what="embedded Chroma server", problem="needs a POSIX system; set USHER_CHROMA_URL") from None
        handle = self._handle if self._handle is not None else os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            os.close(handle)
            self._handle = None
            return False
        self._handle = handle
        return True

    def release(self) -> None:
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.release()
