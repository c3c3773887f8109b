"""Text inside GitHub's Markdown and HTML: nothing of a catalogue is markup, mention or link."""

from __future__ import annotations

import re

from stardust_gitops.reports.wording import visible

_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+!|~$-])")
_HTML = str.maketrans(
    {
        "&": "&amp;",
        "<": "&lt;",
        ">": "&gt;",
        # GitHub looks for mentions and issues after entities are resolved: a space of no width
        # is what keeps them from being found.
        "@": "&#64;&#8203;",
        "#": "#&#8203;",
    }
)
_AUTOLINK = re.compile(r"(?i)(https?|ftp|mailto)(:)|(www)(\.)")


def escaped(text: str) -> str:
    """Text as itself: no markup, HTML, mention, link or line break."""
    return escape_html(_SPECIAL.sub(r"\\\1", visible(text)))


def escape_html(text: str) -> str:
    """Text inside an HTML block, where no Markdown is read."""
    shown = visible(text).translate(_HTML)
    return _AUTOLINK.sub(lambda m: m[0].replace(":", "&#58;").replace(".", "&#46;"), shown)


def shortened(text: str, most: int) -> str:
    """At most so many characters; what was cut shows."""
    return text if len(text) <= most else text[: most - 1] + "…"
