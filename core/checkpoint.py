"""How a paused turn's state becomes bytes: one serializer for the graph's saver and the store's."""

import inspect
import os
from typing import TYPE_CHECKING

from core import intent, types, value

if TYPE_CHECKING:
    from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer


def serializer() -> "JsonPlusSerializer":
    """Knows every value of a turn and refuses all others; an unlisted type would come back as a bare dict."""
    os.environ.setdefault("LANGGRAPH_STRICT_MSGPACK", "true")
    from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer

    found = (inspect.getmembers(module, inspect.isclass) for module in (value, intent, types))
    models = {(model.__module__, name) for members in found for name, model in members if issubclass(model, value.Value)}
    return JsonPlusSerializer(allowed_msgpack_modules=sorted(models))
