"""The whole map of a turn on one screen."""

from typing import TYPE_CHECKING, Any

from langgraph.graph import END, START, StateGraph

from graph.routes import after_guardian, after_plan
from graph.state import Input, State

if TYPE_CHECKING:
    from langgraph.checkpoint.base import BaseCheckpointSaver
    from langgraph.graph.state import CompiledStateGraph

    from graph.nodes import Nodes


def build(nodes: "Nodes", saver: "BaseCheckpointSaver[str] | None" = None) -> "CompiledStateGraph[State, None, Input, State]":
    """Wire the nodes. They are pure: whatever must be kept is in the state when the graph ends or pauses."""
    graph: Any = StateGraph(State, input_schema=Input)
    for name in ("intake", "intent", "signals", "passages", "assess", "plan", "reply", "guardian", "ask", "wait", "act", "refuse"):
        graph.add_node(name, getattr(nodes, name))

    for first in ("intake", "signals"):
        graph.add_edge(START, first)
    for reader in ("intent", "passages"):
        graph.add_edge(["intake", "signals"], reader)
    graph.add_edge(["intent", "passages"], "assess")
    graph.add_edge("assess", "plan")
    graph.add_conditional_edges("plan", after_plan)
    graph.add_edge("reply", "guardian")
    graph.add_conditional_edges("guardian", after_guardian)
    graph.add_edge("ask", "wait")
    graph.add_edge("wait", "act")
    graph.add_edge("act", END)
    graph.add_edge("refuse", END)
    compiled: CompiledStateGraph[State, None, Input, State] = graph.compile(checkpointer=saver)
    return compiled
