"""What a request may say of the message that it is about, read from the message itself."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from stardust_gitops.delivery.transports.base import Source, TransportError
from stardust_gitops.delivery.transports.checks import checked_blocks
from stardust_gitops.delivery.transports.http.templates import Values
from stardust_gitops.messages.problems import MessageError
from stardust_gitops.messages.xml import parse

if TYPE_CHECKING:
    from lxml.etree import _Element

_LONGEST = 64 * 2**20
_TITLES = ("DisplayTitleText", "TitleText")
_ARTISTS = ("DisplayArtistName", "FullName")

MESSAGE_VARIABLES = frozenset(
    {
        *("message", "message_id", "message_type", "version", "created", "test"),
        *("title", "artist", "icpn", "releases"),
    }
)
"""What a template may say of a message."""


def message_values(source: Source) -> Values:
    """The values of templates that are about the message in `source`; it is read when the first of
    them is asked for. `TransportError` where it is no message: a manifest, or a zip package."""
    read = functools.cache(lambda: _read(source))

    def tell(find: Callable[[_Element], Any]) -> Callable[[], Any]:
        return lambda: find(read()[1])

    values: Values = {
        "message": lambda: read()[0],
        "message_id": tell(lambda root: _text(root, "MessageId")),
        "message_type": tell(lambda root: _local(root)),
        "version": tell(_version),
        "created": tell(lambda root: _text(root, "MessageCreatedDateTime")),
        "test": tell(lambda root: _text(root, "MessageControlType") == "TestMessage"),
        "title": tell(lambda root: _text(_release(root), *_TITLES)),
        "artist": tell(lambda root: _text(_release(root), *_ARTISTS)),
        "icpn": tell(lambda root: _text(_release(root), "ICPN")),
        "releases": tell(lambda root: 1),
    }
    assert values.keys() == MESSAGE_VARIABLES
    return values


def _read(source: Source) -> tuple[str, _Element]:
    problem = TransportError(
        f"{source.name} is no message, which the request for it is to tell",
        hint="use  choreography: {layout: release, completion: message}  with such an interface",
    )
    if not 0 < source.size <= _LONGEST:
        raise problem
    data = b"".join(checked_blocks(source, 1 << 20))
    try:
        return data.decode("utf-8"), parse(data)
    except (MessageError, UnicodeDecodeError):
        raise problem from None


def _local(element: _Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _version(root: _Element) -> str:
    """The version of ERN that the namespace names: ``…/ern/382`` is 3.8.2."""
    found = re.search(r"/ern/([0-9]+)", str(root.tag))
    return ".".join(found[1]) if found else ""


def _release(root: _Element) -> _Element:
    """What is told of the release itself: in ERN 3 tracks are releases too, and come after it."""
    found = next((e for e in root.iter("{*}ReleaseList", "{*}PurgedRelease")), None)
    return root if found is None else found


def _text(element: _Element, *names: str) -> str:
    """The text of the first element of these names."""
    for name in names:
        found = next((e for e in element.iter(f"{{*}}{name}", name) if e.text), None)
        if found is not None:
            return (found.text or "").strip()
    return ""
