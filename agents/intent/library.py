"""What people do with intent models: train, try, compare, put in force, take back; and models of one's own data."""

import asyncio
from collections.abc import Iterator, Sequence
from pathlib import Path

from agents.intent.agent import IntentAgent
from agents.intent.cache import load, save
from agents.intent.comparison import Side, compare
from agents.intent.data import doubts, load_intents
from agents.intent.editions import DIGITS, Editions, Progress
from agents.intent.merging import Merged, merge
from agents.intent.training import train
from agents.intent.trial import Trial
from core.errors import Conflict, NotFound, Unavailable
from core.intent import Intent
from core.learning import Comparison, Models, Trained
from core.views import Activation

MODEL = "intents.npz"


class IntentLibrary(Editions):
    """Implements ``core.services.IntentModels``."""

    def train_file(self, data: Path, out: Path, progress: Progress) -> str:
        """Train on a file; nothing is written when it cannot be used.

        Raises:
            InvalidFile: naming the row.
        """
        intents = load_intents(data)
        for doubt in doubts(intents):
            progress(doubt)
        model = train(intents, self._encoder, progress)
        save(model, out / MODEL)
        return model.version

    def predict(
        self, texts: Sequence[str], *, tenant: str | None, model: Path | None, max_wrong: float | None = None, explain: bool = False
    ) -> Iterator[tuple[str, Intent, float]]:
        """Text, intent and milliseconds, one text after the other, as messages come; by the company folder's model, or one of a folder.

        Raises:
            Unavailable: there is no model, or it is damaged.
        """
        agent = (self.own(tenant).agent if tenant else self._alone(model)).bounded(max_wrong)
        read = zip(texts, Trial(agent).read(texts), strict=True)
        return ((text, agent.explain(intent, text) if explain else intent, ms) for text, (intent, ms) in read)

    async def trial(self, *, tenant: str | None, model: Path | None) -> Trial:
        """The model in force for the company, or that of a folder. Raises Unavailable."""
        if tenant is None:
            return Trial(self._alone(model))
        name = await self.active(tenant)
        kept = name is not None and name != self.folder(tenant).name
        return Trial((await self.edition(tenant, name or "") if kept else self.own(tenant)).agent)

    def _alone(self, model: Path | None) -> IntentAgent:
        return IntentAgent(load((model or Path()) / MODEL, self._encoder))

    # ------------------------------------------------------------ versions of the company's

    async def learn(self, tenant: str, *, person: str, progress: Progress) -> Trained:
        """Train on the company folder's utterances and every accepted example, and keep the model; it is not in force by that."""
        merged = merge(self._companies[tenant].intents, await self.shelf.accepted(tenant))
        version = await self._keep(tenant, merged, person, progress)
        return Trained(version=version, utterances=merged.utterances, examples=len(merged.taught), skipped=merged.skipped)

    async def _keep(self, tenant: str, merged: Merged, author: str, progress: Progress) -> str:
        """Train it where that has not been done, and store it where every machine finds it; its version."""
        model = await asyncio.to_thread(self._learned, merged, progress)
        blob = await asyncio.to_thread(self._file(model.version).read_bytes)
        content, ids = self._companies[tenant].intents.model_dump(mode="json"), sorted(merged.taught.values())
        name, count = model.version[:DIGITS], merged.utterances
        await self.shelf.put(tenant, name, content=content, examples=ids, utterances=count, blob=blob, author=author)
        return name

    async def activate(self, tenant: str, version: str, *, person: str, reason: str = "") -> Activation:
        """Put it in force: it reads every turn that is begun from now on. What decided until then is kept, so that a roll-back leads there.

        Raises:
            NotFound: it was never kept.
            InvalidFile: it knows an intent that the company has no more.
            Conflict: this release cannot read it.
        """
        name = version.removeprefix("linear-")
        await self._usable(tenant, name)
        before = None
        if await self.active(tenant) is None and name != self.folder(tenant).name:
            before = await self._keep(tenant, Merged(self._companies[tenant].intents, {}, ()), "folder", lambda _: None)
        return await self.shelf.activate(tenant, name, person=person, reason=reason, instead_of=before)

    async def rollback(self, tenant: str, *, person: str, reason: str = "") -> Activation:
        """Put what was in force before the present version in force again; repeated, it goes further back.

        Raises:
            Conflict: nothing was in force before, somebody else was first, or this release cannot read it.
            InvalidFile: the version from before knows an intent that the company has no more.
        """
        name = await self.shelf.before(tenant)
        await self._usable(tenant, name)
        return await self.shelf.rollback(tenant, person=person, reason=reason, to=name)

    async def _usable(self, tenant: str, name: str) -> None:
        stored = await self.shelf.get(tenant, name)
        self._fitting(tenant, name, stored)
        try:
            await asyncio.to_thread(self._open, name, stored)
        except Unavailable as error:
            raise Conflict(problem=f"{error}; intents train makes one of today's") from None

    async def state(self, tenant: str) -> Models:
        """What is in force and what could be."""
        active, folder = await self.active(tenant), self.folder(tenant).name
        versions, history = await self.shelf.list(tenant), await self.shelf.history(tenant)
        named = {"version": active or folder, "activated": active is not None, "folder": folder}
        return Models.model_validate({**named, "versions": versions, "history": history})

    async def compare(self, tenant: str, old: str, new: str, progress: Progress) -> Comparison:
        """Two versions on texts that neither learned from; ``old`` may be ``active``, what is in force.

        Raises:
            NotFound: one of them was never kept.
            Conflict: they are the same.
        """
        name = (await self.active(tenant) or self.folder(tenant).name) if old == "active" else old.removeprefix("linear-")
        if name == new:
            raise Conflict(problem=f"{new} is the same model: nothing has been taught, and intents.yaml has not changed")
        sides = [await self._side(tenant, each, progress) for each in (name, new)]
        return await asyncio.to_thread(compare, sides[0], sides[1], self._encoder, progress)

    async def _side(self, tenant: str, name: str, progress: Progress) -> Side:
        """A model with what is left of what it learned from."""
        accepted = await self.shelf.accepted(tenant)
        try:
            ids = (await self.shelf.get(tenant, name)).examples
        except NotFound:
            if name != self.folder(tenant).name:
                raise
            await self._keep(tenant, Merged(self._companies[tenant].intents, {}, ()), "folder", progress)
            ids = ()
        edition = await self.edition(tenant, name)
        merged = merge(edition.intents, [each for each in accepted if each.id in ids])
        return Side(name, merged.intents, edition.model, merged.taught)
