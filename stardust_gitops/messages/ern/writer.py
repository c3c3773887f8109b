"""Content to a NewReleaseMessage, in the version and profile that a target takes."""

from __future__ import annotations

from lxml import etree

from stardust_gitops.content.model import Delivery
from stardust_gitops.messages.ern.options import MessageOptions
from stardust_gitops.messages.ern.v4 import writer as v4
from stardust_gitops.messages.ern.versions import version_named
from stardust_gitops.messages.header import Header
from stardust_gitops.messages.xml import serialise


def build_new_release(
    delivery: Delivery, header: Header, options: MessageOptions
) -> etree._Element:
    """The tree of a full NewReleaseMessage: new, update or takedown, as `options` say.

    Everything in the content is said; nothing is invented. Raises `MessageError` where that
    cannot be done. The tree is not checked yet: see `messages.check`.
    """
    return v4.build(delivery, header, options, version_named(options.version))


def write_new_release(delivery: Delivery, header: Header, options: MessageOptions) -> bytes:
    """The same as a document. Equal arguments give equal bytes."""
    return serialise(build_new_release(delivery, header, options))
