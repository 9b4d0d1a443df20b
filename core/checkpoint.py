"""How a paused turn's state becomes bytes: one serializer for the graph's saver and the store's."""

import inspect
import os
from typing import TYPE_CHECKING

from core import types

if TYPE_CHECKING:
    from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer


def serializer() -> "JsonPlusSerializer":
    """Knows every value of ``core.types`` and refuses all others; an unlisted type would come back as a bare dict."""
    os.environ.setdefault("LANGGRAPH_STRICT_MSGPACK", "true")
    from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer

    models = [(model.__module__, name) for name, model in inspect.getmembers(types, inspect.isclass) if issubclass(model, types.Value)]
    return JsonPlusSerializer(allowed_msgpack_modules=models)
