"""What an FTP server refuses (RFC 959, section 4.2), and which of our errors that is."""

from __future__ import annotations

import re

from stardust_gitops.delivery.transports.base import (
    AuthenticationError,
    NoSpaceError,
    PassingError,
    PermissionDeniedError,
    TransportError,
)

NOT_LOGGED_IN = 530
UNKNOWN_COMMANDS = (500, 501, 502, 504)
"""A command or its parameter is not known, or not implemented."""

_FULL = (452, 552)
# vsftpd says only that writing to its file failed, pyftpdlib what the system said.
_says_full = re.compile(
    r"no space|disk full|quota|insufficient storage|writing to local file", re.I
).search
_says_denied = re.compile(
    r"permission|denied|not allowed|not permitted|forbidden|read-only|not authori|privileges", re.I
).search
_says_busy = re.compile(r"too many|maximum number|maximum (login|client|connection)", re.I).search


def shown(reply: str) -> str:
    """What a server says, fit to be printed: on one line, not for ever, and without control."""
    return "".join(c if c.isprintable() else "\ufffd" for c in " ".join(reply.split()))[:300]


class FtpRefusal(Exception):  # noqa: N818 -- turned into a `TransportError` above
    """The server answered a command with 4xx or 5xx."""

    def __init__(self, reply: str) -> None:
        super().__init__(reply)
        self.code = int(reply[:3])
        self.text = shown(reply)

    @property
    def passing(self) -> bool:
        """Whether the server says that the same thing may work later."""
        busy = _says_busy(self.text) and self.code == NOT_LOGGED_IN
        return self.code // 100 == 4 or bool(busy)

    @property
    def denied(self) -> bool:
        """Whether it speaks of a right that is missing; 550 alone may mean a missing file."""
        return self.code // 100 == 5 and bool(_says_denied(self.text))


def login_error(refusal: FtpRefusal, host: str, username: str) -> TransportError:
    """A refusal of the user or the password."""
    message = f"{host} refuses the login of {username}: {refusal.text}"
    if refusal.passing:
        return PassingError(message, hint="run apply again later")
    return AuthenticationError(
        message, hint="check the target's username and the secrets that it refers to"
    )


def transport_error(refusal: FtpRefusal, where: str) -> TransportError:
    """A refusal of anything else; `where` names server and path."""
    message = f"{where}: {refusal.text}"
    if refusal.code in _FULL or _says_full(refusal.text):
        return NoSpaceError(
            f"{where}: no space left at the server: {refusal.text}",
            hint="ask the recipient to make room",
        )
    if refusal.passing:
        return PassingError(message, hint="run apply again")
    if refusal.code == NOT_LOGGED_IN:
        return AuthenticationError(message, hint="ask the recipient what this account may do")
    if refusal.denied or refusal.code == 553:
        return PermissionDeniedError(
            message,
            hint="ask the recipient to let this account write there, or correct transport.path",
        )
    hint = "check transport.path of the target; that folder has to exist"
    return TransportError(message, hint=hint if refusal.code == 550 else None)
