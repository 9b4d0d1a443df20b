"""The company's people: they look at what waits, and decide, twice, at once, too late, or not at all."""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

from benchmarks.chaos.load import PASSING, Customers

APPROVERS = {"lead": ("cem", "dora"), "finance": ("emil", "fay")}
NOBODY = "ada"
LOOK_S = 0.4
# What becomes of an approval, of a hundred. What is left alone expires.
FATES = {
    "approve": 22,
    "at_once": 14,
    "twice": 8,
    "race": 10,
    "reject": 10,
    "respond": 8,
    "edit": 10,
    "stranger": 4,
    "overtake": 6,
    "leave": 8,
}
ANSWERS = {200: "taken", 403: "forbidden", 409: "too late", 422: "invalid"}


@dataclass
class People:
    """``tokens``: roster id → secret. ``fates`` and ``answers`` count what was tried and what came of it."""

    client: httpx.AsyncClient
    tokens: dict[str, str]
    rng: random.Random
    customers: Customers
    fates: Counter[str] = field(default_factory=Counter)
    answers: Counter[str] = field(default_factory=Counter)
    strange: list[str] = field(default_factory=list)
    _known: set[str] = field(default_factory=set)
    _deeds: set["asyncio.Task[None]"] = field(default_factory=set)

    async def decide(self) -> None:
        """Go on for ever."""
        while True:
            await asyncio.sleep(LOOK_S)
            for approval in await self._pending():
                if approval["id"] not in self._known:
                    self._known.add(approval["id"])
                    self._begin(approval)

    async def _pending(self) -> list[dict[str, Any]]:
        answer = await self._call("GET", "/v1/approvals", "cem")
        return list(answer.json()) if answer is not None and answer.status_code == 200 else []

    def _begin(self, approval: dict[str, Any]) -> None:
        fate = self.rng.choices(list(FATES), list(FATES.values()))[0]
        self.fates[fate] += 1
        deed = asyncio.create_task(self._deed(fate, approval))
        self._deeds.add(deed)
        deed.add_done_callback(self._deeds.discard)

    async def _deed(self, fate: str, approval: dict[str, Any]) -> None:
        await asyncio.sleep(self.rng.uniform(0, 3))
        first, second = APPROVERS.get(approval["request"]["needs"][0]["role"], ("ivo", "june"))
        yes: Callable[[str], Awaitable[None]] = lambda who: self._word(approval, who, "approved")  # noqa: E731
        no: Callable[[str], Awaitable[None]] = lambda who: self._word(approval, who, "rejected")  # noqa: E731
        match fate:
            case "approve":
                await yes(first)
                await yes(second)
            case "at_once":
                await asyncio.gather(yes(first), yes(second))
            case "twice":
                await asyncio.gather(yes(first), yes(first), yes(second), yes(second))
            case "race":
                await asyncio.gather(yes(first), no(second), yes(second), no(first))
            case "reject":
                await no(second)
            case "respond":
                await self._word(approval, first, "responded", text="We answer this ourselves.")
            case "edit":
                await self._edit(approval, first, second)
            case "stranger":
                await yes(NOBODY)
            case "overtake":
                await self._overtake(approval)
            case _:
                pass

    async def _word(self, approval: dict[str, Any], who: str, outcome: str, **more: str) -> None:
        word = {"outcome": outcome, "digest": approval["request"]["digest"], "reason": "seen", **more}
        await self._tell(f"/v1/approvals/{approval['id']}/decision", who, word, what=f"{outcome} by {who}")

    async def _edit(self, approval: dict[str, Any], first: str, second: str) -> None:
        """Change it, then decide on what it is now; the words on what it was come too late."""
        change = self._change(approval)
        body = {"digest": approval["request"]["digest"], "edit": change, "reason": "clearer"}
        changed = await self._tell(f"/v1/approvals/{approval['id']}/edit", first, body, what=f"edit by {first}")
        await asyncio.gather(self._word(approval, first, "approved"), self._word(changed or approval, second, "approved"))
        await self._word(changed or approval, first, "approved")

    def _change(self, approval: dict[str, Any]) -> dict[str, object]:
        if any(effect["kind"] == "reply" for effect in approval["request"]["effects"]):
            return {"text": "The quay is open every day from six to ten. So says a person."}
        return {"owner": self.rng.choice(("gus", "hana") if approval["request"]["plan"]["level"] == 3 else ("ivo", "june"))}

    async def _overtake(self, approval: dict[str, Any]) -> None:
        """The customer writes again about the same thing."""
        conversation = await self._call("GET", f"/v1/conversations/{approval['conversation_id']}", "cem")
        if conversation is not None and conversation.status_code == 200:
            found = conversation.json()["conversation"]
            key = found["customer"].partition("@")[0]
            self.customers.start(found["channel"], key, self.rng.choice(("question", "complaint", "tender")))

    async def _tell(self, path: str, who: str, body: dict[str, Any], *, what: str) -> dict[str, Any] | None:
        """Say it until it is heard. Whoever was cut off says it again, and may hear that it is done already."""
        for _ in range(30):
            answer = await self._call("POST", path, who, body)
            if answer is not None and answer.status_code not in PASSING:
                return self._heard(answer, who, what)
            await asyncio.sleep(self.rng.uniform(0.2, 1.0))
        self.answers["never heard"] += 1
        return None

    def _heard(self, answer: httpx.Response, who: str, what: str) -> dict[str, Any] | None:
        self.answers[ANSWERS.get(answer.status_code, str(answer.status_code))] += 1
        if answer.status_code not in ANSWERS or (who == NOBODY and answer.status_code == 200):
            self.strange.append(f"{what}: {answer.status_code} {answer.text[:200]}")
        return dict(answer.json()) if answer.status_code == 200 else None

    async def _call(self, method: str, path: str, who: str, body: object = None) -> httpx.Response | None:
        try:
            return await self.client.request(method, path, json=body, headers={"Authorization": f"Bearer {self.tokens[who]}"})
        except httpx.HTTPError:
            return None
