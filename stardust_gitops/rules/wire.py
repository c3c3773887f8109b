"""Rules about the way to a recipient."""

from __future__ import annotations

from collections.abc import Iterator

from stardust_gitops.diagnostics import Severity
from stardust_gitops.rules.registry import Hit, rule
from stardust_gitops.rules.subjects import TargetFileSubject


@rule(
    "SG2131",
    severity=Severity.WARNING,
    title="a password that travels in clear",
    why="Whoever is on the way reads the password and the unreleased music, and can change both.",
    example="transport: {protocol: ftp, host: ftp.example.com, username: env:STORE_USER}",
    remedy="ask the recipient for protocol: ftps or sftp",
    source="RFC 959, RFC 4217",
)
def password_in_clear(subject: TargetFileSubject) -> Iterator[Hit]:
    """FTP encrypts nothing."""
    transport = subject.model.transport
    if transport.protocol == "ftp":
        yield Hit(
            ("transport", "protocol"),
            f"protocol: ftp sends the password for {transport.host} in clear",
        )
