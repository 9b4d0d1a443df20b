"""The working time of every queue. Pure."""

from zoneinfo import ZoneInfo

from core.company import Profile, parse_hours
from core.errors import InvalidFile
from core.worktime import LONGEST_D, WHOLE, Calendar
from policy.schema import Policy, Queue

COMPANY = ""


def calendars(profile: Profile, policy: Policy, file: str = "policy.yaml") -> dict[str, Calendar]:
    """Queue → its calendar; ``COMPANY`` → the company's own, for a queue that is no more. Whoever works round the clock has no holidays.

    Raises:
        InvalidFile: the holidays leave a queue no working time.
    """
    found = {COMPANY: _calendar(profile, None)} | {name: _calendar(profile, queue) for name, queue in policy.queues.items()}
    for name, calendar in found.items():
        if shut := calendar.shut(profile.holidays.dates):
            raise InvalidFile(file=file, problem=f"queues.{name}: nobody works for {LONGEST_D} days from {shut} on")
    return found


def _calendar(profile: Profile, queue: Queue | None) -> Calendar:
    week = parse_hours((queue.hours if queue else None) or profile.hours).days
    zone = ZoneInfo((queue.time_zone if queue else None) or profile.time_zone)
    return Calendar(week, zone) if week == WHOLE else Calendar(week, zone, profile.holidays)
