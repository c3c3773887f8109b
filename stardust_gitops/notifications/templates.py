"""The words of a message: a template of the catalogue's own, or ours.

Templates name values as ``$items`` (string.Template); nothing in them is run. The first line is
the title.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from string import Template

from stardust_gitops.errors import GitOpsError
from stardust_gitops.notifications.occasions import Occasion

FOLDER = "notifications"
"""Where a catalogue keeps templates of its own: ``notifications/failed.txt``."""
_LARGEST = 64_000


@dataclass(frozen=True, slots=True)
class Words:
    """A message without an address."""

    title: str
    body: str


def words_of(occasion: Occasion, root: Path) -> Words:
    """The message about an occasion, for the catalogue at `root`. What a template names and nobody
    knows stays as it is written. `GitOpsError` for a template that cannot be read."""
    text = Template(_template(occasion.event, root)).safe_substitute(occasion.values)
    title, _, body = text.strip().partition("\n")
    return Words(title.strip(), body.strip() or title.strip())


def _template(event: str, root: Path) -> str:
    own = root / FOLDER / f"{event}.txt"
    try:
        data = own.read_bytes()
        if len(data) > _LARGEST:
            raise GitOpsError(
                f"{FOLDER}/{event}.txt is too large", hint="shorten it", code="SG7040"
            )
        return data.decode("utf-8")
    except FileNotFoundError:
        return (resources.files(__package__) / "templates" / f"{event}.txt").read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise GitOpsError(
            f"{FOLDER}/{event}.txt cannot be read: {error}", hint="correct it", code="SG7040"
        ) from error
