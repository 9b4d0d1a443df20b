"""The signals that a policy may name: their type, and whether they are verified facts or read from text.

A verified signal counts only when it comes from a verified source; the same name claimed by a message is not seen by any rule.
"""

from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple

from core.types import VERIFIED, Signal, SignalValue

Kind = Literal["number", "text", "flag"]
Facts = Mapping[str, SignalValue]


class Spec(NamedTuple):
    kind: Kind
    verified: bool
    meaning: str


HANDBOOK = (
    *("answered", "unanswerable", "underspecified", "out_of_policy", "conflict", "answered_in_part", "own_records", "language"),
    *("no_passage", "empty", "unsupported", "no_citation"),
)
"""What the advisor can come to; all but the first are reasons to keep silent."""

SCHEMA: dict[str, Spec] = {
    "known": Spec("flag", True, "the sender is a contact of the CRM, proven by the channel"),
    "authenticated": Spec("flag", True, "the channel proved the sender and the CRM holds that address as verified"),
    "tier": Spec("text", True, "prospect, starter, team, business or enterprise"),
    "seats": Spec("number", True, "seats of the account"),
    "arr": Spec("number", True, "annual recurring revenue of the account, US$"),
    "deal_value": Spec("number", True, "open deal of the account, US$"),
    "deal_stage": Spec("text", True, "stage of that deal"),
    "days_to_renewal": Spec("number", True, "days until the contract renews; negative when overdue"),
    "account": Spec("text", True, "name of the account"),
    "account_owner": Spec("text", True, "roster id of the account's owner"),
    "consent": Spec("text", True, "yes, no or unknown: may we write to this contact unasked"),
    "region": Spec("text", True, "emea, amer or apac"),
    "crm_language": Spec("text", True, "language on record"),
    "strategic": Spec("flag", True, "the account is on the strategic list"),
    "health": Spec("text", True, "green, amber or red"),
    "title_seniority": Spec("text", True, "executive, manager or staff"),
    "contact_name": Spec("text", True, "name on record"),
    "channel": Spec("text", False, "email, chat, slack or api"),
    "intent": Spec("text", False, "most likely intent"),
    "intent_group": Spec("text", False, "its group"),
    "confidence": Spec("number", False, "its calibrated probability, 0 to 1"),
    "abstained": Spec("flag", False, "no intent is sure enough"),
    "out_of_scope": Spec("flag", False, "none of the intents fits"),
    "urgency": Spec("number", False, "0 to 1"),
    "sentiment": Spec("number", False, "-1 to 1"),
    "wants_human": Spec("flag", False, "asks for a person"),
    "threat_to_leave": Spec("flag", False, "threatens to leave"),
    "legal_threat": Spec("flag", False, "threatens legal steps"),
    "complaint": Spec("flag", False, "complains"),
    "money_mentioned": Spec("number", False, "largest amount in the text; never a fact"),
    "language": Spec("text", False, "language of the message"),
    "language_served": Spec("flag", False, "the company serves that language"),
    "automated": Spec("flag", False, "sent by a machine (auto-reply, bounce, list)"),
    "mode": Spec("text", False, "automation, or human after a take-over"),
    "customer_messages": Spec("number", False, "messages of the customer in this conversation, this one included"),
    "automatic_answers": Spec("number", False, "answers automation has already given in this conversation"),
    "clarifications": Spec("number", False, "questions automation has already asked in this conversation"),
    "open_approval": Spec("flag", False, "an approval of this conversation is pending"),
    "repeated_intent": Spec("number", False, "how often the customer has asked for the same before in this conversation"),
    "failed_deliveries": Spec("number", False, "messages of ours in this conversation that did not arrive"),
    "regulated_topic": Spec("text", False, "the regulated topic of the policy that the message is about"),
    "requests": Spec("number", False, "things asked for in the message"),
    "words": Spec("number", False, "words of the new text"),
    "attachments": Spec("number", False, "files attached"),
    "grounded": Spec("flag", False, "the handbook has a public passage that answers"),
    "handbook": Spec("text", False, f"what the handbook makes of the question: {', '.join(HANDBOOK)}"),
    "value_score": Spec("number", False, "worth of the conversation, 0 to 100"),
    "risk_score": Spec("number", False, "what could be lost, 0 to 100"),
    "complexity_score": Spec("number", False, "how hard it is to answer, 0 to 100"),
    "win_probability": Spec("number", False, "calibrated chance that the open deal is won, 0 to 1; unknown without enough past deals"),
    "expected_value": Spec("number", False, "win_probability × deal_value, US$"),
    "data_quality": Spec("number", False, "share of the required facts that are present and fresh, 0 to 1"),
}


def facts(signals: Iterable[Signal]) -> dict[str, SignalValue]:
    """What rules may see: of a verified signal only what a verified source says."""
    return {
        signal.name: signal.value
        for signal in signals
        if signal.name in SCHEMA and (not SCHEMA[signal.name].verified or signal.source in VERIFIED)
    }
