"""How much memory a delivery takes: prints the resident bytes before the apply, the highest during
it, and how many releases were sent. Run by itself, because a process never forgets its peak.

    python -m tests.memory_of_delivery FOLDER batch|release RELEASES BYTES_OF_THE_LARGEST_FILE
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from stardust_gitops.delivery.results import Outcome
from tests.delivery_kit import Studio

TRACKS = 10


def main(folder: Path, layout: str, count: int, largest: int) -> None:
    """Make a label, deliver all of it, measure."""
    label = Studio(folder)
    completion = "manifest" if layout == "batch" else "message"
    label.add_recipient(connections=8, layout=layout, completion=completion, max_releases=count)
    for number in range(1, count):
        label.put_release(number, tracks=TRACKS, audio=b"a")
    grow(label, label.put_release(count), largest)
    plan = label.plan()
    before = highest()
    result = label.apply(plan)
    label.ledger.close()
    print(before, highest(), result.count(Outcome.SENT))


def grow(label: Studio, release: str, size: int) -> None:
    """Make the audio of a release that large, without ever holding it."""
    delivery, status = label.releases[release]
    *others, audio = delivery.assets

    def zeros() -> Iterator[bytes]:
        for _ in range(size >> 20):
            yield bytes(1 << 20)

    sha256, md5 = hashlib.sha256(), hashlib.md5(usedforsecurity=False)
    with (label.root / audio.path).open("wb") as file:
        for block in zeros():
            file.write(block)
            sha256.update(block)
            md5.update(block)
    audio = replace(audio, size=size, sha256=sha256.hexdigest(), md5=md5.hexdigest())
    label.releases[release] = (replace(delivery, assets=(*others, audio)), status)


def highest() -> int:
    """The most bytes that were resident so far (Linux)."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    raise AssertionError("no VmHWM in /proc/self/status")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
