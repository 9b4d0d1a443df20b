"""Whose calendar shows them busy: what was read of each calendar last, and reading them again now and then."""

import asyncio
import logging
import time
from collections.abc import Iterable
from concurrent.futures import Executor, ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

from channels.calendar.events import Agenda, Span, read
from channels.calendar.sources import Source, Unreadable, source
from core.company import Person

log = logging.getLogger("usher.calendar")

REFRESH_S = 300.0
LATE_S = 3.0
"""For how long one reading of all calendars is waited for. Those that take longer are read to their end in the background."""

AT_ONCE = 4
"""Calendars worked out at the same time, in threads of their own: nothing else waits for one of these."""

BEFORE, AHEAD = timedelta(days=1), timedelta(days=8)
"""What is worked out of a calendar at once, round the present. A calendar that can no longer be read is relied on until that ends."""


class Agendas:
    """Implements ``core.ports.Calendars`` for the people of one company who have a calendar.

    ``busy`` answers from memory and, when that is older than ``refresh_s``, has the calendars read again in the background. A calendar that
    cannot be read keeps what was read of it last; without that its person counts as not busy. Both are said. Each is read by itself: one
    that takes long delays no other.
    """

    def __init__(self, folder: Path, people: Iterable[Person], *, refresh_s: float = REFRESH_S) -> None:
        self._threads = ThreadPoolExecutor(AT_ONCE, "calendar")
        self._readers = {p.id: _Reader(p, source(folder, p.calendar), self._threads) for p in people if p.calendar}
        self._refresh_s = refresh_s
        self._read_at: float | None = None
        self._failed: list[str] = []
        self._tasks: dict[str, asyncio.Task[str]] = {}

    async def busy(self, at: datetime) -> tuple[frozenset[str], list[str]]:
        if not self._readers:
            return frozenset(), []
        if self._read_at is None or time.monotonic() - self._read_at >= self._refresh_s:
            self._read(at)
        states = {id: reader.at(at) for id, reader in self._readers.items()}
        troubles = [f"calendar of {id}: {trouble}" for id, (_, trouble) in states.items() if trouble]
        return frozenset(id for id, (taken, _) in states.items() if taken), troubles

    async def refresh(self, at: datetime) -> None:
        """Read every calendar that has changed, all at once, for the days round ``at``, and wait ``LATE_S`` for it. Never raises for a
        calendar."""
        tasks = self._read(at)
        if tasks:
            await asyncio.wait(tasks, timeout=LATE_S)
        failed = [problem for task in tasks if task.done() and not task.cancelled() and (problem := task.result())]
        if failed and failed != self._failed:
            log.warning("%d of %d calendars cannot be read: %s", len(failed), len(self._readers), "; ".join(sorted(set(failed))))
        self._failed = failed

    async def close(self) -> None:
        tasks = [task for task in self._tasks.values() if not task.done()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _read(self, at: datetime) -> list["asyncio.Task[str]"]:
        """Each calendar's reading, begun now unless it is under way, on whichever loop asks."""
        self._read_at, loop = time.monotonic(), asyncio.get_running_loop()
        for id, reader in self._readers.items():
            task = self._tasks.get(id)
            if task is None or task.done() or task.get_loop() is not loop:
                self._tasks[id] = loop.create_task(reader.refresh(at))
        return list(self._tasks.values())


class _Reader:
    """One person's calendar: the last text of it that could be read, and what is wrong with it now."""

    def __init__(self, person: Person, source: Source, threads: Executor) -> None:
        self._zone, self._source, self._threads = person.zone, source, threads
        self._text: bytes | None = None
        self._agenda = Agenda(())
        self._window: Span | None = None
        self._good_at: datetime | None = None
        self._unread = "not read yet"
        self._broken = ""

    @property
    def problem(self) -> str:
        return self._unread or self._broken

    def at(self, at: datetime) -> tuple[bool, str]:
        """Whether the person is busy, and what is to be said of their calendar."""
        if self._window is None or not self._window.begin <= at < self._window.end:
            return False, f"{self.problem or ('read for other days' if self._window else 'not read yet')}; they count as not busy"
        return self._agenda.busy(at), self._doubt(at)

    def _doubt(self, at: datetime) -> str:
        if self.problem and self._good_at is not None:
            minutes = max(0, round((at - self._good_at).total_seconds() / 60))
            return f"{self.problem}; what was read {minutes} min ago counts"
        broken = self._agenda.broken
        return f"{broken} of its events cannot be read; they count as free time" if broken else ""

    async def refresh(self, at: datetime) -> str:
        """Read it again where it has changed, and work it out for the days round ``at``. The problem, empty when there is none."""
        text, window = await self._changed(), Span(at - BEFORE, at + AHEAD)
        if text is not None:
            self._broken = "" if await self._work_out(text, window) else "it is no iCalendar text"
        if self._text is not None and (text is None or self._broken):
            await self._work_out(self._text, window)
        if not self.problem:
            self._good_at = at
        return self.problem

    async def _changed(self) -> bytes | None:
        try:
            text = await self._source.changed()
        except Unreadable as error:
            self._unread = error.problem
            return None
        self._unread = ""
        return text

    async def _work_out(self, text: bytes, window: Span) -> bool:
        try:
            agenda = await asyncio.get_running_loop().run_in_executor(self._threads, read, text, self._zone, window)
        except ValueError:  # its message quotes the calendar
            return False
        self._text, self._agenda, self._window = text, agenda, window
        return True
