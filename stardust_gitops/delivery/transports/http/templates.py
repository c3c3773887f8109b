"""Templates of requests: ``{name}`` stands for a value. What is put in cannot break out.

Values are functions, so that what costs something (a digest, a list of signed addresses) is only
made where a template asks for it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from stardust_gitops.delivery.transports.base import TransportError

Values = Mapping[str, Callable[[], Any]]

VARIABLE = re.compile(r"\{([A-Za-z][A-Za-z0-9_]*)\}")
CONSTANTS: Mapping[str, Any] = {"true": True, "false": False, "null": None}
"""What JSON has and a text of YAML cannot say."""

_IN_HEADERS = " !#$&'()*+-./:=?@[]^_`|~"
_MOST = 2000
"""Characters of a value in an address or a header; the longest are names of 255 bytes, encoded."""


def in_path(template: str, values: Values) -> str:
    """A path with its query. Slashes of a value stay, everything else is percent-encoded."""
    return _filled(template, values, _path_part)


def in_header(template: str, values: Values) -> str:
    """The value of a header: nothing but printable ASCII, and no quote or backslash."""
    return _filled(template, values, lambda text: quote(text, safe=_IN_HEADERS))


def in_text(template: str, values: Values) -> str:
    """A text as it is: a field of a form, whose border nothing in it can imitate."""
    return _filled(template, values, str)


def in_json(template: Any, values: Values) -> Any:
    """A JSON value. A text that is one variable becomes its value: a number, a list, ``true``."""
    if isinstance(template, str):
        alone = VARIABLE.fullmatch(template)
        if alone is not None:
            return CONSTANTS[alone[1]] if alone[1] in CONSTANTS else _value(alone[1], values)
        return _filled(template, values, str)
    if isinstance(template, Mapping):
        return {key: in_json(entry, values) for key, entry in template.items()}
    if isinstance(template, list | tuple):
        return [in_json(entry, values) for entry in template]
    return template


def _filled(template: str, values: Values, encode: Callable[[str], str]) -> str:
    def fill(match: re.Match[str]) -> str:
        if match[1] in CONSTANTS:
            return match[1]
        value = _value(match[1], values)
        if value is None:
            return ""
        if isinstance(value, bool):
            return "true" if value else "false"
        if not isinstance(value, str | int):
            raise TransportError(
                f"{{{match[1]}}} is a list, which has a place in JSON only",
                hint="correct the request in the target's transport",
            )
        return encode(str(value))

    return VARIABLE.sub(fill, template)


def _value(name: str, values: Values) -> Any:
    if name not in values:
        raise TransportError(
            f"there is no {{{name}}} for this request",
            hint="correct the request in the target's transport, or name it under values:",
        )
    return values[name]()


def _path_part(text: str) -> str:
    if any(part in (".", "..") for part in text.split("/")) or len(text) > _MOST:
        raise TransportError(f"{text[:80]!r} has no place in an address")
    return quote(text, safe="/")
