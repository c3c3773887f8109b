"""How much the long tests do: all of it with ``STARDUST_LONG=1``, otherwise a seeded tenth."""

from __future__ import annotations

import os
from typing import Any

from hypothesis import settings

LONG = os.environ.get("STARDUST_LONG") == "1"


def examples(most: int, **more: Any) -> settings:
    """Settings for `most` examples in the long run, which are others every time, and the same
    tenth of them in each plain one."""
    return settings(
        max_examples=most if LONG else most // 10, derandomize=not LONG, deadline=None, **more
    )
