"""``keyring:SERVICE/USER``: the keyring of the operating system."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from stardust_gitops.secrets.secret import Secret
from stardust_gitops.secrets.sources.problems import missing_package, not_given


def fetch(name: str, *, environ: Mapping[str, str], root: Path) -> Secret:
    """The password that the keyring has of that user at that service."""
    reference = f"keyring:{name}"
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError:
        raise missing_package(reference, "keyring") from None
    service, _, user = name.partition("/")
    try:
        value = keyring.get_password(service, user)
    except KeyringError as error:
        why = f"the keyring does not open ({type(error).__name__})"
        hint = "unlock the keyring of this user; on a machine without one use env: or file:"
        raise not_given(reference, why, hint) from None
    if not value:
        hint = f"put it there:  keyring set {service} {user}"
        raise not_given(reference, "the keyring does not have it", hint)
    return Secret(value)
