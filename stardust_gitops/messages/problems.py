"""What is wrong with a message (data), and why one cannot be written at all (an exception)."""

from __future__ import annotations

from dataclasses import dataclass

from stardust_gitops.errors import GitOpsError


class MessageError(GitOpsError):
    """The content cannot be put into a message of this kind."""

    default_code = "SG4000"


class SchemaError(MessageError):
    """An XSD that is installed cannot be used: that is no fault of any message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One place where a message is not as its standard wants it.

    `path` is an XPath of the element, `source` the check that found it.
    """

    path: str
    message: str
    source: str = "structure"

    def __str__(self) -> str:
        return f"{self.path}: {self.message}"
