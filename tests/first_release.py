"""What it takes to begin a catalogue: masters and a cover, and a release with all that it needs."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from tests.asset_files import LFS_POINTER, write_audio, write_image

ICPN = "4006381333931"
FILE = f"releases/{ICPN}.yaml"


def tree(folder: Path) -> dict[str, bytes]:
    """All files below a folder, but git's own and the ledger."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not {".git", ".stardust"} & set(path.relative_to(folder).parts)
    }


def make_media(folder: Path) -> Path:
    """Masters and covers, good and bad, as they lie about somewhere."""
    write_audio(folder / "one.flac")
    write_audio(folder / "TWO.WAV", frames=4410)
    Image.new("RGB", (3000, 3000), "navy").save(folder / "cover.jpg")
    write_image(folder / "small.png")
    (folder / "song.mp3").write_bytes(b"ID3\x04" + bytes(100))
    (folder / "empty.flac").write_bytes(b"")
    (folder / "pointer.flac").write_bytes(LFS_POINTER)
    (folder / "cut.flac").write_bytes((folder / "one.flac").read_bytes()[:20000])
    return folder


def finished_release(media: Path) -> list[str]:
    """The command line that writes a finished release."""
    return [
        *("new", "release", ICPN, "--title", "No: 5 #1", "--artist", "Kestrel & Sons"),
        *("--featuring", "Ada Quill", "--type", "Single", "--label", "Alpha Tide"),
        *("--genre", "HOUSE-00", "--release-date", "2026-12-04", "--language", "en"),
        *("--p-line", "2026 Alpha Tide", "--c-line", "2026 Alpha Tide"),
        *("--cover", str(media / "cover.jpg"), "--parental-warning", "NotExplicit"),
        *("--track", "GB-XYZ-26-00001", "yes", str(media / "one.flac")),
        *("--track", "GBXYZ2600002", "3:45", str(media / "TWO.WAV")),
        *("--deal", "streaming", "--deal", "download"),
    ]
