"""Content to a message, in the version and profile that a target takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from lxml import etree

from stardust_gitops.content.model import Delivery
from stardust_gitops.messages.ern.options import MessageOptions
from stardust_gitops.messages.ern.v3 import writer as v3
from stardust_gitops.messages.ern.v4 import writer as v4
from stardust_gitops.messages.ern.version import Shape, Version
from stardust_gitops.messages.ern.versions import version_named
from stardust_gitops.messages.header import Header
from stardust_gitops.messages.xml import serialise

Build: TypeAlias = Callable[[Delivery, Header, MessageOptions, Version], etree._Element]

_NEW_RELEASE: Mapping[Shape, Build] = {"3": v3.build, "4": v4.build}
_PURGE: Mapping[Shape, Build] = {"3": v3.build_purge, "4": v4.build_purge}


def build_message(delivery: Delivery, header: Header, options: MessageOptions) -> etree._Element:
    """The tree of a full NewReleaseMessage (new, update or takedown, as `options` say), or of a
    PurgeReleaseMessage.

    Everything in the content is said; nothing is invented. Raises `MessageError` where that
    cannot be done. The tree is not checked yet: see `messages.check`.
    """
    version = version_named(options.version)
    build = (_PURGE if options.purge else _NEW_RELEASE)[version.shape]
    return build(delivery, header, options, version)


def write_message(delivery: Delivery, header: Header, options: MessageOptions) -> bytes:
    """The same as a document. Equal arguments give equal bytes."""
    return serialise(build_message(delivery, header, options))
