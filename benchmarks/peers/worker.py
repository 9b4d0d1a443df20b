"""One peer in its own environment: ``python -I worker.py NAME``. It stands alone, as nothing of the product can be imported here.

Standard input: a line with the job, then a line for each message, a ``{"text": …}``. Standard output: ``{"ready": version}``, then for
each message who answered, with what, and the seconds that it took. Each peer is set up as its own quick start does it, with the model
behind its plain OpenAI client; no history, no memory, no store.
"""

import asyncio
import importlib
import json
import os
import sys
import time
from collections.abc import Callable, Coroutine
from importlib.metadata import version
from typing import Any

Answer = Callable[[str], Coroutine[Any, Any, tuple[str, str]]]
"""A message's text → who answered, and what."""


def bare(job: dict[str, Any]) -> Answer:
    """One model call: the floor. It is told the destinations and answers at once."""
    client = importlib.import_module("openai").AsyncOpenAI()
    system = f"You answer customers of {job['company']}. {_listing(job)} Say which one the message is for, and answer it."

    async def answer(text: str) -> tuple[str, str]:
        messages = [{"role": "system", "content": system}, {"role": "user", "content": text}]
        said = await client.chat.completions.create(model=job["model"], messages=messages)
        return "", said.choices[0].message.content

    return answer


def agent_squad(job: dict[str, Any]) -> Answer:
    """A classifier that chooses, an agent that answers: its quick start, with its OpenAI classifier."""
    library, agents = importlib.import_module("agent_squad.orchestrator"), importlib.import_module("agent_squad.agents")
    classifiers = importlib.import_module("agent_squad.classifiers")
    key = os.environ["OPENAI_API_KEY"]
    options = classifiers.OpenAIClassifierOptions(api_key=key, model_id=job["model"])
    squad = library.AgentSquad(classifier=classifiers.OpenAIClassifier(options))
    for name, about in job["destinations"]:
        own = agents.OpenAIAgentOptions(name=name, description=about, api_key=key, model=job["model"])
        squad.add_agent(agents.OpenAIAgent(own))

    async def answer(text: str) -> tuple[str, str]:
        said = await squad.route_request(text, "customer", f"session-{time.monotonic_ns()}")
        return said.metadata.agent_name, said.output.content[0]["text"]

    return answer


def openai_agents(job: dict[str, Any]) -> Answer:
    """A triage agent with hand-offs and the prompt prefix that its documentation recommends; tracing off, as it would be sent away."""
    library, prompts = importlib.import_module("agents"), importlib.import_module("agents.extensions.handoff_prompt")
    library.set_default_openai_api("chat_completions")
    library.set_tracing_disabled(True)
    prefix = prompts.RECOMMENDED_PROMPT_PREFIX
    own = [
        library.Agent(name=name, handoff_description=about, instructions=f"{prefix}\n{_role(job, about)}", model=job["model"])
        for name, about in job["destinations"]
    ]
    triage = library.Agent(name="triage", instructions=f"{prefix}\n{_triage(job)}", handoffs=own, model=job["model"])

    async def answer(text: str) -> tuple[str, str]:
        said = await library.Runner.run(triage, text)
        return said.last_agent.name, said.final_output

    return answer


def langgraph_supervisor(job: dict[str, Any]) -> Answer:
    """A supervisor over ReAct agents without tools, as in its README; the last message is what the customer gets."""
    library, prebuilt = importlib.import_module("langgraph_supervisor"), importlib.import_module("langgraph.prebuilt")
    model = importlib.import_module("langchain_openai").ChatOpenAI(model=job["model"])
    own = [prebuilt.create_react_agent(model=model, tools=[], name=name, prompt=_role(job, about)) for name, about in job["destinations"]]
    prompt = f"{_triage(job)} {_listing(job)}"
    app = library.create_supervisor(own, model=model, prompt=prompt).compile()

    async def answer(text: str) -> tuple[str, str]:
        state = await app.ainvoke({"messages": [{"role": "user", "content": text}]})
        names = {name for name, _ in job["destinations"]}
        who = next((said.name for said in state["messages"] if said.type == "ai" and said.name in names), "")
        return who, state["messages"][-1].content

    return answer


def _listing(job: dict[str, Any]) -> str:
    return " ".join(f"{name}: {about}" for name, about in job["destinations"])


def _role(job: dict[str, Any], about: str) -> str:
    return f"You answer customers of {job['company']}. Your matters: {about}"


def _triage(job: dict[str, Any]) -> str:
    return f"You sort the messages of customers of {job['company']}. Hand each message to the agent whose matter it is."


PEERS = {"bare": bare, "agent-squad": agent_squad, "openai-agents": openai_agents, "langgraph-supervisor": langgraph_supervisor}


def main(name: str) -> None:
    out, sys.stdout = sys.stdout, sys.stderr  # what a library prints is none of ours
    job = json.loads(sys.stdin.readline())
    os.environ |= {"OPENAI_BASE_URL": job["base_url"], "OPENAI_API_KEY": "none"}
    answer = PEERS[name](job)
    print(json.dumps({"ready": version("openai" if name == "bare" else name)}), file=out, flush=True)
    with asyncio.Runner() as loop:
        for line in sys.stdin:
            text = json.loads(line)["text"]
            began = time.perf_counter()
            who, said = loop.run(answer(text))
            seconds = time.perf_counter() - began
            print(json.dumps({"seconds": seconds, "who": who, "said": said}), file=out, flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
