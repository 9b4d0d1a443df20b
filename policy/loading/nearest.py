"""A name that nothing has, and the one that was probably meant."""

import difflib
from collections.abc import Iterable


def unknown(kind: str, name: str, known: Iterable[str]) -> str:
    """``unknown role 'czar' (did you mean ciso?)``"""
    near = difflib.get_close_matches(name, list(known), n=1)
    return f"unknown {kind} {name!r}" + (f" (did you mean {near[0]}?)" if near else "")
