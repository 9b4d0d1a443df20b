"""Which dispatcher carries which channel."""

from collections.abc import Mapping

from channels.filebox import ConsoleDeliverer, FileDeliverer
from core.ports import Deliverer
from core.settings import dispatch_names


def dispatchers(setting: str, files: FileDeliverer) -> tuple[Mapping[str, Deliverer], Deliverer]:
    """Channel → dispatcher, and the one of every channel that ``setting`` does not name.

    ``setting`` is as ``USHER_DISPATCH``: ``file``, ``console``, or a list such as ``email=console,desk=file,*=file``.
    """
    made: Mapping[str, Deliverer] = {"file": files, "console": ConsoleDeliverer()}
    named = dispatch_names(setting)
    rest = made[named.pop("*", "file")]
    return {channel: made[name] for channel, name in named.items()}, rest
