"""Everything that is stored, over one database: each part is made when it is first used."""

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.learning import Lessons
    from core.ports import Approvers, Clock
    from core.worktime import Calendar
    from store.acts import Acts
    from store.approvals import Approvals
    from store.audit import Audit
    from store.choices import Choices
    from store.conversations import Conversations
    from store.database import Database
    from store.delegations import Delegations
    from store.examples import Examples
    from store.facts import Facts
    from store.indexes import Indexes
    from store.models import Models
    from store.policies import Policies
    from store.queue import Queue
    from store.receipts import Receipts
    from store.spending import Spending
    from store.tokens import Tokens
    from store.turns import Turns
    from store.watches import Watches


class Stored:
    """The repositories. ``approvers`` answers what they must ask of the policy, ``lessons`` what may be learned from a turn."""

    clock: "Clock"
    _database: "Database | None" = None

    @property
    def database(self) -> "Database":
        if self._database is None:
            raise RuntimeError("this command was opened without a database")
        return self._database

    @property
    def approvers(self) -> "Approvers":
        raise NotImplementedError

    @property
    def lessons(self) -> "Lessons":
        raise NotImplementedError

    def working_time(self, tenant: str, queue: str) -> "Calendar":
        """The calendar that a queue's time limits run on."""
        raise NotImplementedError

    @cached_property
    def watches(self) -> "Watches":
        from store.watches import Watches

        return Watches(self.working_time)

    @cached_property
    def turns(self) -> "Turns":
        from store.turns import Turns

        return Turns(self.database, clock=self.clock, watches=self.watches)

    @cached_property
    def approvals(self) -> "Approvals":
        from store.approvals import Approvals

        return Approvals(self.database, clock=self.clock, approvers=self.approvers)

    @cached_property
    def delegations(self) -> "Delegations":
        from store.delegations import Delegations

        return Delegations(self.database, clock=self.clock, approvers=self.approvers)

    @cached_property
    def receipts(self) -> "Receipts":
        from store.receipts import Receipts

        return Receipts(self.database)

    @cached_property
    def conversations(self) -> "Conversations":
        from store.conversations import Conversations

        return Conversations(self.database, clock=self.clock, watches=self.watches, approvers=self.approvers)

    @cached_property
    def tokens(self) -> "Tokens":
        from store.tokens import Tokens

        return Tokens(self.database, clock=self.clock)

    @cached_property
    def acts(self) -> "Acts":
        from store.acts import Acts

        return Acts(self.database, clock=self.clock)

    @cached_property
    def audit(self) -> "Audit":
        from store.audit import Audit

        return Audit(self.database)

    @cached_property
    def facts(self) -> "Facts":
        from store.facts import Facts

        return Facts(self.database)

    @cached_property
    def queue(self) -> "Queue":
        from store.queue import Queue

        return Queue(self.database, clock=self.clock)

    @cached_property
    def shelf(self) -> "Policies":
        from store.policies import Policies

        return Policies(self.database, clock=self.clock)

    @cached_property
    def examples(self) -> "Examples":
        from store.examples import Examples

        return Examples(self.database, clock=self.clock, lessons=self.lessons)

    @cached_property
    def models(self) -> "Models":
        from store.models import Models

        return Models(self.database, clock=self.clock)

    @cached_property
    def indexes(self) -> "Indexes":
        from store.indexes import Indexes

        return Indexes(self.database)

    @cached_property
    def spending(self) -> "Spending":
        from store.spending import Spending

        return Spending(self.database)

    @cached_property
    def choices(self) -> "Choices":
        from store.choices import Choices

        return Choices(self.database, clock=self.clock)
