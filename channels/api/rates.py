"""How often: a moving window per token and a fixed one per client address for failed authentication, in this process's memory."""

import time
from ipaddress import IPv6Address, ip_address, ip_network

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter, MovingWindowRateLimiter

from core.errors import TooManyRequests
from core.views import Token


class Rates:
    """``per_minute`` requests for a token, a tenth of that (at least one) failed attempts for a client address."""

    def __init__(self, per_minute: int) -> None:
        storage = MemoryStorage()
        self._moving, self._fixed = MovingWindowRateLimiter(storage), FixedWindowRateLimiter(storage)
        self._requests, self._failures = RateLimitItemPerMinute(per_minute), RateLimitItemPerMinute(max(1, per_minute // 10))
        self._once = RateLimitItemPerMinute(1)

    def take(self, token: Token) -> None:
        """Raises TooManyRequests when the token has had its requests of the last minute."""
        if not self._moving.hit(self._requests, "token", token.id):
            window = self._moving.get_window_stats(self._requests, "token", token.id)
            raise TooManyRequests(who=token.person, per_minute=self._requests.amount, retry_after_s=_left(window.reset_time))

    def failed(self, address: str) -> None:
        """An attempt without a good token: a 256-bit secret is not guessed, but the address is told to stop. Raises TooManyRequests.

        Good tokens from the same address (a company's gateway, a proxy) go on.
        """
        key = _network(address)
        if not self._fixed.hit(self._failures, "address", key):
            window = self._fixed.get_window_stats(self._failures, "address", key)
            raise TooManyRequests(who="this address", per_minute=self._failures.amount, retry_after_s=_left(window.reset_time))

    def first_refusal(self, token_id: str) -> bool:
        """Whether this is the minute's first refusal of the token: only that one is recorded, so that a flood is not written down."""
        return self._fixed.hit(self._once, "refused", token_id)


def _left(reset_time: float) -> float:
    return max(1.0, reset_time - time.time())


def _network(address: str) -> str:
    """IPv6 clients have whole /64 networks to call from."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    return str(ip_network((parsed, 64), strict=False)) if isinstance(parsed, IPv6Address) else address
