"""The intent models of the companies served, by version: the folder's, and those that were kept. Loaded on demand, never changed."""

import asyncio
import logging
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from pydantic import ValidationError

from agents.intent.agent import IntentAgent
from agents.intent.business import Business
from agents.intent.cache import load, load_or_train, save
from agents.intent.merging import Merged, merge
from agents.intent.model import IntentModel
from agents.intent.training import train, version
from core.company import Company, Intents
from core.errors import InvalidFile, Unavailable, UsherError
from core.intent import Intent
from core.learning import ModelShelf, StoredModel
from core.ports import Encoder
from core.types import Past

log = logging.getLogger("usher.intent")
FOLLOW_S = 1.0
DIGITS = 12
Progress = Callable[[str], None]


class Edition(NamedTuple):
    """A model ready for use, and the company's own words that it learned from."""

    model: IntentModel
    agent: IntentAgent
    intents: Intents


class FolderReader:
    """Implements ``agents.crew.IntentReader``: the company folder's own model, trained when something is first read."""

    def __init__(self, name: str, find: Callable[[], IntentAgent]) -> None:
        self.name, self._find = name, find

    @property
    def version(self) -> str:
        return f"linear-{self.name}"

    @cached_property
    def _agent(self) -> IntentAgent:
        return self._find()

    @property
    def business(self) -> Business:
        return self._agent.business

    def read(self, text: str, subject: str, language: str, history: tuple[Past, ...]) -> Intent:
        return self._agent.read(text, subject, language, history)

    def explain(self, intent: Intent, text: str) -> Intent:
        return self._agent.explain(intent, text)

    def bounded(self, share: float | None) -> "FolderReader":
        return FolderReader(self.name, lambda: self._agent.bounded(share))


class Editions:
    """``shelf`` gives None for a command without a database: the folder decides there. ``cache`` is this machine's folder of models."""

    def __init__(
        self, companies: Mapping[str, Company], encoder: Encoder, cache: Path, shelf: Callable[[], ModelShelf | None] = lambda: None
    ) -> None:
        self._companies, self._encoder, self._cache, self._find_shelf = companies, encoder, cache, shelf
        self._folders: dict[str, FolderReader] = {}
        self._trained: dict[str, Edition] = {}
        self._kept: dict[tuple[str, str], Edition] = {}
        self._told: dict[str, str] = {}

    @property
    def shelf(self) -> ModelShelf:
        found = self._find_shelf()
        if found is None:
            raise RuntimeError("this command was opened without a database")
        return found

    # ------------------------------------------------------------ the company folder's

    def folder(self, tenant: str) -> FolderReader:
        """The model of the company folder's utterances alone; reading trains it."""
        if tenant not in self._folders:
            name = version(self._companies[tenant].intents, self._encoder)[:DIGITS]
            self._folders[tenant] = FolderReader(name, lambda: self.own(tenant).agent)
        return self._folders[tenant]

    def own(self, tenant: str) -> Edition:
        """The company folder's, from the cache or trained now."""
        self.train(tenant, lambda _: None)
        return self._trained[tenant]

    def train(self, tenant: str, progress: Progress) -> str:
        """The company folder's model, from the cache or trained now; its version."""
        if tenant not in self._trained:
            company = self._companies[tenant]
            model = self._learned(Merged(company.intents, {}, ()), progress)
            self._trained[tenant] = Edition(model, IntentAgent(model, company.profile.products), company.intents)
        return self._trained[tenant].agent.version

    def _learned(self, merged: Merged, progress: Progress) -> IntentModel:
        """The model of exactly that content, from this machine's cache or trained now. No words that people taught are in its file."""
        began = time.perf_counter()
        stages: list[str] = []

        def stage(text: str) -> None:
            stages.append(text)
            progress(f"intents: {text} …")

        model = self._load_or_train(merged, stage)
        how = f"trained in {time.perf_counter() - began:.0f} s and kept" if stages else "trained before"
        progress(f"intents: {len(merged.intents.intents)} of {merged.utterances:,} utterances, {how}")
        return model

    def _load_or_train(self, merged: Merged, stage: Progress) -> IntentModel:
        if not merged.taught:
            return load_or_train(merged.intents, self._encoder, self._cache, stage)
        path = self._file(version(merged.intents, self._encoder))
        try:
            return load(path, self._encoder)
        except Unavailable:
            model = _wordless(train(merged.intents, self._encoder, stage), merged.taught)
            save(model, path)
            return model

    def _file(self, name: str) -> Path:
        return self._cache / f"intents-{name}.npz"

    # ------------------------------------------------------------ those that were kept

    async def active(self, tenant: str) -> str | None:
        """The version in force; None while none was ever put in force: the folder decides."""
        shelf = self._find_shelf()
        return (await shelf.in_force([tenant])).get(tenant) if shelf else None

    async def reader(self, tenant: str, name: str | None) -> IntentAgent | FolderReader:
        """By version; None: the folder's.

        Raises:
            InvalidFile: it does not fit the company's intents any more.
            NotFound: it was never kept.
        """
        folder = self.folder(tenant)
        return folder if name in (None, folder.name) else (await self.edition(tenant, name or "")).agent

    async def edition(self, tenant: str, name: str) -> Edition:
        """As ``reader``. One that this release cannot read is made again, of what is left of what it learned from."""
        if (tenant, name) not in self._kept:
            stored = await self.shelf.get(tenant, name)
            own = self._fitting(tenant, name, stored)
            try:
                model = await asyncio.to_thread(self._open, name, stored)
            except Unavailable as error:
                log.warning("%s: %s; it is made again of what it learned from", tenant, error)
                left = [each for each in await self.shelf.accepted(tenant) if each.id in stored.examples]
                model = await asyncio.to_thread(self._learned, merge(own, left), lambda _: None)
            agent = IntentAgent(model, self._companies[tenant].profile.products)
            self._kept[tenant, name] = Edition(model, agent, own)
        return self._kept[tenant, name]

    def _fitting(self, tenant: str, name: str, stored: StoredModel) -> Intents:
        """What it learned from, when all of its intents are still the company's: rules name no others. Raises InvalidFile."""
        try:
            own = Intents.model_validate(stored.content)
        except ValidationError as error:
            raise InvalidFile(file=f"model {name}", problem=f"does not fit this release: {error.errors()[0]['msg']}") from None
        known = self._companies[tenant].intents.groups
        if gone := next((each.name for each in own.intents if each.name not in known), None):
            raise InvalidFile(file=f"model {name}", problem=f"it knows the intent {gone!r}, which the company has no more")
        return own

    def _open(self, name: str, stored: StoredModel) -> IntentModel:
        """From this machine's copy, made anew where it is missing or damaged. Raises Unavailable for one of another release."""
        path = next(iter(sorted(self._cache.glob(f"intents-{name}*.npz"))), self._file(name))
        try:
            return load(path, self._encoder)
        except Unavailable:
            _write(path, stored.blob)
        try:
            model = load(path, self._encoder)
        except Unavailable:
            raise Unavailable(what=f"model {name}", problem="made by another release, or with another encoder") from None
        if not model.version.startswith(name):
            raise Unavailable(what=f"model {name}", problem="what is stored under this digest is something else")
        return model

    # ------------------------------------------------------------ what is in force

    async def begin(self, tenant: str, progress: Progress) -> None:
        """Make the model in force ready. Raises what is wrong with it."""
        name = await self.active(tenant)
        if name in (None, self.folder(tenant).name):
            self.train(tenant, progress)
            return
        await self.edition(tenant, name or "")
        progress(f"intents: version {name} is in force")
        if problem := await self.differs(tenant):
            progress(problem)

    async def differs(self, tenant: str) -> str | None:
        """What to say to somebody when the company folder's utterances are not what decides; None while they are."""
        name = await self.active(tenant)
        if name in (None, self.folder(tenant).name) or (await self.edition(tenant, name or "")).intents == self._companies[tenant].intents:
            return None
        return f"intents.yaml differs from what the model in force {name} learned from: intents train, then intents activate"

    async def refresh(self) -> None:
        """Make ready what other processes put in force, before a turn asks for it. What is wrong with one is logged once, and raised to
        whoever uses it."""
        for tenant, name in (await self.shelf.in_force(list(self._companies))).items():
            try:
                await self.reader(tenant, name)
            except UsherError as error:
                if self._told.get(tenant) != str(error):
                    log.error("%s: the intent model in force cannot be used: %s", tenant, error)  # noqa: TRY400 - it says it all
                self._told[tenant] = str(error)

    async def follow(self) -> None:
        """``refresh`` every second until cancelled."""
        while True:
            try:
                await self.refresh()
            except UsherError as error:
                log.warning("which intent model is in force is not known anew: %s", error)
            await asyncio.sleep(FOLLOW_S)


def _wordless(model: IntentModel, taught: Mapping[str, str]) -> IntentModel:
    """What people taught stands in a model's file by the example's id: receipts show it, and it outlives an erasure."""
    return replace(model, texts=tuple(taught.get(text, text) for text in model.texts))


def _write(path: Path, blob: bytes) -> None:
    """Raises Unavailable for a folder that cannot be written."""
    staged = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        staged.write_bytes(blob)
        staged.replace(path)
    except OSError as error:
        raise Unavailable(what=f"model folder {path.parent}", problem=f"cannot be written: {(error.strerror or '').lower()}") from None
