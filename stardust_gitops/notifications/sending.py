"""Sending a message through apprise, which knows mail, chats and webhooks of all kinds."""

from __future__ import annotations

import logging

from stardust_gitops.errors import GitOpsError
from stardust_gitops.notifications.templates import Words
from stardust_gitops.secrets.secret import Secret

_CODE = "SG7040"


def send(words: Words, to: Secret) -> None:
    """Send to one address. `GitOpsError`, which repeats nothing of the address, where it was not
    taken."""
    try:
        import apprise
    except ImportError as error:
        raise GitOpsError(
            "notifications need apprise",
            hint="pip install 'stardust-gitops[notify]'",
            code=_CODE,
        ) from error
    # It logs addresses, and prints to standard error where nobody listens.
    logger = logging.getLogger("apprise")
    logger.addHandler(logging.NullHandler())
    logger.propagate = False
    sender = apprise.Apprise()
    try:
        known = sender.add(to.reveal())
        taken = known and sender.notify(title=words.title, body=words.body, body_format="text")
    except Exception as error:  # a plugin's bug is no reason for a run to fail
        raise _not_taken(f": {type(error).__name__}") from None
    if not known:
        raise GitOpsError(
            "the address is none that apprise knows",
            hint="write it as apprise's documentation says: mailtos://…, slack://…, json://…",
            code=_CODE,
        )
    if not taken:
        raise _not_taken("")


def _not_taken(why: str) -> GitOpsError:
    return GitOpsError(
        f"it was not taken{why}",
        hint="send one by hand with apprise -vv to see more",
        code=_CODE,
    )
