"""GitHub Actions is told of every secret, so that it hides it in the log of the job."""

from __future__ import annotations

import os

import click

from stardust_gitops.secrets.references import notice
from stardust_gitops.secrets.secret import Secret, lines_of


def hide_secrets_in_logs() -> None:
    """In a job of GitHub Actions, mask each secret when it is resolved. Call once per process.

    GitHub knows its own secrets; those of sops or of a cloud it would print. The command for it
    is a line of the output, which GitHub takes out before it shows the log.
    """
    if os.environ.get("GITHUB_ACTIONS") == "true":
        notice(_mask)


def _mask(secret: Secret) -> None:
    for line in sorted(lines_of(secret.reveal())):
        if line:
            # what GitHub decodes again
            text = line.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
            click.echo(f"::add-mask::{text}", err=True)
