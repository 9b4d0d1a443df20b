"""The guardian: the last look before anything leaves. It may allow, ask a person, or deny; it never writes and never loosens a plan."""

import re
from collections.abc import Sequence

from agents.advisor.cited import uncited
from core.types import Answer, ApprovalNeed, Effect, Intake, Passage, Plan, Ruling, Turn

_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_FOREIGN = "the reply names an address that neither the cited passages nor the conversation contain"


class Guardian:
    version = "1"

    def __init__(self, own_domains: tuple[str, ...], reviewer_role: str) -> None:
        self._own, self._reviewer = own_domains, reviewer_role

    def review(
        self,
        turn: Turn,
        intake: Intake,
        plan: Plan,
        reply: Answer | None,
        effects: tuple[Effect, ...],
        unsigned: Answer | None = None,
        passages: Sequence[Passage] = (),
    ) -> Ruling:
        """Deny what must never happen; ask where the policy or a doubtful text wants a person; else allow.

        ``unsigned`` is the reply outside the company's frame: each line of an answer must stand on a citation that is true of ``passages``.
        """
        replies = [effect for effect in effects if effect.kind == "reply"]
        if intake.automated and replies:
            return Ruling(verdict="deny", reasons=(f"automated mail is never answered: {intake.automated}",))
        if turn.mode == "human" and replies:
            return Ruling(verdict="deny", reasons=("a person has taken this conversation over",))
        if plan.action == "answer" and (reply is None or reply.abstained or not reply.citations):
            return Ruling(verdict="deny", reasons=("an answer without a citation never leaves",))
        if plan.action == "answer" and (unsigned is None or uncited(unsigned, passages)):
            return Ruling(verdict="deny", reasons=("a line of the answer stands on no passage that was found",))
        if plan.approvals:
            return Ruling(verdict="ask", reasons=tuple(f"{need.quorum} × {need.role} must approve" for need in plan.approvals))
        if reply and self._foreign_address(turn, intake, reply):
            return Ruling(verdict="ask", reasons=(_FOREIGN,))
        return Ruling(verdict="allow")

    def needs(self, plan: Plan) -> tuple[ApprovalNeed, ...]:
        """Who must approve: the policy's approvers, or the reviewer where only the guardian has a doubt."""
        return plan.approvals or (ApprovalNeed(role=self._reviewer),)

    def _foreign_address(self, turn: Turn, intake: Intake, reply: Answer) -> bool:
        known = " ".join([intake.text, intake.quoted, *(past.text for past in turn.history), *(cite.quote for cite in reply.citations)])
        known_addresses = set(_ADDRESS.findall(known.lower()))
        said = set(_ADDRESS.findall(reply.answer.lower()))
        return any(address not in known_addresses and not address.endswith(tuple(f"@{domain}" for domain in self._own)) for address in said)
