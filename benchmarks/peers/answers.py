"""What the local endpoint says: a model that always chooses right, so that only what is around the call differs."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from benchmarks.peers.task import messages

Json = dict[str, Any]
ANSWER = (
    "Thank you for your message. You find this in your workspace under the settings; an owner or an administrator can change it there, "
    "and the change applies at once. If you see something else, write to us again and somebody looks at it with you."
)
_OFFERED = re.compile(r"<intents>\s*([^:\n]+):")
_PASSAGE = re.compile(r"^\s*\[1\]\s*(.+)$", re.MULTILINE)
_SENTENCE = re.compile(r".+?[.!?](?=\s|$)|.+")


def message(request: Json) -> Json:
    """The assistant's message: a JSON object where a schema is given, a tool call where tools are and none was made yet, else text."""
    schema = (request.get("response_format") or {}).get("json_schema", {}).get("schema")
    said, call = None, None
    if schema:
        said = json.dumps(_filled(schema, _text(request)))
    elif tools := _open(request):
        call = _called(tools, _text(request))
    said = said if schema or call else ANSWER
    calls = [{"id": "call_1", "type": "function", "function": call}] if call else None
    return {"role": "assistant", "content": said, **({"tool_calls": calls} if calls else {})}


def destination(text: str) -> str:
    """Where the benchmark's message that stands in ``text`` belongs. Raises ValueError for one that it does not know."""
    found = next((each.to for each in messages() if each.text in text), None)
    if found is None:
        raise ValueError("this endpoint only knows the benchmark's own messages")
    return found


def prompt_parts(request: Json) -> Iterator[str]:
    """All that a model reads of a request's messages."""
    for each in request["messages"]:
        yield from (str(part) for part in (each.get("role"), each.get("name"), _plain(each.get("content"))) if part)
        if each.get("tool_calls"):
            yield json.dumps([call["function"] for call in each["tool_calls"]])


def schema_parts(request: Json) -> Iterator[str]:
    """The tools and the schema of the answer: a model reads these too."""
    yield from (json.dumps(tool["function"]) for tool in request.get("tools") or ())
    if shape := (request.get("response_format") or {}).get("json_schema"):
        yield json.dumps(shape["schema"])


def _open(request: Json) -> Sequence[Json]:
    """The functions that may be called: none once somebody has answered the user."""
    roles = [each["role"] for each in request["messages"]]
    answered = {"assistant", "tool"} & set(roles[len(roles) - roles[::-1].index("user") :])
    return () if answered else [tool["function"] for tool in request.get("tools") or ()]


def _called(tools: Sequence[Json], text: str) -> Json:
    """The hand-off to the right destination, or the tool's answer that names it."""
    to = destination(text)
    chosen = next((tool for tool in tools if to in tool["name"]), tools[0])
    given = {"selected_agent": to, "confidence": 0.9, "userinput": ""}
    wanted = chosen.get("parameters", {}).get("properties", {})
    return {"name": chosen["name"], "arguments": json.dumps({name: given[name] for name in wanted if name in given})}


def _filled(schema: Mapping[str, Any], text: str) -> Json:
    """The first intent offered, and a sentence of the first passage, cited."""
    offered, passage = _OFFERED.search(text), _PASSAGE.search(text)
    sentence = _SENTENCE.search(passage[1].partition(": ")[2] or passage[1]) if passage else None
    draft = f"{sentence[0].rstrip('.')} [1]." if sentence else ""
    return {name: offered[1].strip() if name == "intent" and offered else draft for name in schema["properties"]}


def _text(request: Json) -> str:
    return "\n".join(_plain(each.get("content")) for each in request["messages"])


def _plain(content: object) -> str:
    """Text, or the texts of a list of parts."""
    if isinstance(content, list):
        return "\n".join(str(part.get("text", "")) for part in content)
    return str(content or "")
