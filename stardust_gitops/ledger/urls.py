"""URLs of ledgers that are elsewhere."""

from __future__ import annotations

from urllib.parse import SplitResult, parse_qsl, urlsplit

from stardust_gitops.errors import UsageError


def split_url(scheme: str, location: str) -> tuple[SplitResult, dict[str, str]]:
    """The parts of a URL and its options. `UsageError` where it is none; it is not repeated, as
    somebody may have put a secret into it."""
    try:
        parts = urlsplit(f"{scheme}:{location}")
        return parts, dict(parse_qsl(parts.query, keep_blank_values=True))
    except ValueError as error:
        raise UsageError(
            f"ledger {scheme}: is not followed by what makes a URL",
            hint=f"write it as  ledger: {scheme}://…",
        ) from error
