"""Secrets: references to them in files, their values only in memory."""

from stardust_gitops.secrets.references import (
    Reference,
    Secret,
    Source,
    parse_reference,
    redact,
    resolve,
)

__all__ = ["Reference", "Secret", "Source", "parse_reference", "redact", "resolve"]
