"""The customers: messages on many conversations, in bursts, offered again until they are accepted, and sometimes once more."""

import asyncio
import random
from collections import Counter
from dataclasses import dataclass, field

import httpx

CONVERSATIONS = 60
# First word → how often, of a hundred; it is what the message wants (benchmarks/crew.py).
WANTS = {"question": 45, "trouble": 20, "address": 12, "complaint": 13, "tender": 10}
SLOWLY, BURST, AGAIN = 0.35, 0.3, 0.05
# Whoever was not heard waits twice as long each time, from the first to the last of these seconds; only so many speak at once, and nobody
# begins anew while so many wait: senders that insist would keep a web process down that has just come back.
RETRY_S, MOST_RETRY_S = 0.3, 4.0
AT_ONCE, WAITING = 12, 80
CALL_S = 10.0
# What a sender may see while things are killed: it offers the message again.
PASSING = frozenset({429, 502, 503, 504})


@dataclass
class Accepted:
    """A message that was answered with 202, and where it went."""

    conversation_id: str
    turn_id: str | None


@dataclass
class Customers:
    """``offered`` counts messages, ``answers`` HTTP statuses and connection errors of every offer."""

    client: httpx.AsyncClient
    token: str
    rng: random.Random
    accepted: dict[str, Accepted] = field(default_factory=dict)
    answers: Counter[str] = field(default_factory=Counter)
    strange: list[str] = field(default_factory=list)
    offered: int = 0
    _offers: set["asyncio.Task[None]"] = field(default_factory=set)
    _turnstile: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    async def write(self, per_second: float) -> None:
        """Go on for ever; nobody waits for an answer before writing again."""
        while True:
            await asyncio.sleep(self.rng.expovariate(per_second / 1.6))
            channel, key = self.rng.choice(("api", "chat")), f"k{self.rng.randrange(CONVERSATIONS)}"
            if len(self._offers) < WAITING:
                for _ in range(self.rng.randint(2, 4) if self.rng.random() < BURST else 1):
                    self.start(channel, key)

    def start(self, channel: str, key: str, want: str | None = None) -> None:
        """Offer one message, beside everything else."""
        offer = asyncio.create_task(self._offer(self._message(channel, key, want)))
        self._offers.add(offer)
        offer.add_done_callback(self._offers.discard)

    @property
    def waiting(self) -> int:
        """Offers that are not accepted yet."""
        return len(self._offers)

    def _message(self, channel: str, key: str, want: str | None) -> dict[str, object]:
        self.offered += 1
        want = want or self.rng.choices(list(WANTS), list(WANTS.values()))[0]
        text = f"{want} about the quay{', slowly please' if self.rng.random() < SLOWLY else ''}, number {self.offered}"
        who = {"name": "Customer", "email": f"{key}@customer.example", "authenticated": True}
        return {"id": f"m{self.offered}", "conversation_id": key, "channel": channel, "subject": "The quay", "text": text, **who}

    async def _offer(self, message: dict[str, object]) -> None:
        accepted, wait = await self._accepted(message), RETRY_S
        while not accepted:
            await asyncio.sleep(self.rng.uniform(0.5, 1) * wait)
            accepted, wait = await self._accepted(message), min(2 * wait, MOST_RETRY_S)
        if self.rng.random() < AGAIN:
            await asyncio.sleep(self.rng.uniform(0, 3))
            await self._accepted(message)

    async def _accepted(self, message: dict[str, object]) -> bool:
        """Offer it once. An answer that contradicts an earlier one is noted."""
        try:
            async with self._turnstile:
                answer = await self.client.post("/v1/messages", json=message, headers={"Authorization": f"Bearer {self.token}"})
        except httpx.HTTPError as error:
            self.answers[type(error).__name__] += 1
            return False
        self.answers[str(answer.status_code)] += 1
        if answer.status_code != 202:
            if answer.status_code not in PASSING:
                self.strange.append(f"message: {answer.status_code} {answer.text[:200]}")
            return False
        place = answer.json()
        now = Accepted(place["conversation_id"], place["turn_id"])
        if self.accepted.setdefault(str(message["id"]), now) != now:
            self.strange.append(f"message {message['id']} is said to be in two turns")
        return True
