"""Facts of an image file."""

from __future__ import annotations

import threading
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

from stardust_gitops.assets.errors import AssetError, AssetProblem
from stardust_gitops.assets.facts import ImageFacts
from stardust_gitops.assets.sniff import check_suffix, foreign_name, read_head

if TYPE_CHECKING:
    from PIL.Image import Image

_CODECS = {"JPEG": "JPEG", "MPO": "JPEG", "PNG": "PNG", "TIFF": "TIFF"}
_SUFFIXES = {
    "JPEG": (".jpg", ".jpeg"),
    "PNG": (".png",),
    "TIFF": (".tif", ".tiff"),
}
_MAGIC = (b"\xff\xd8\xff", b"\x89PNG", b"II*\0", b"MM\0*")
_warning_filters = threading.Lock()
"""Python's warning filters belong to the whole process: one thread at a time changes them."""


def measure_image(path: Path) -> ImageFacts:
    """DDEX ImageCodecType, width and height in pixels, and Pillow's mode of JPEG, PNG or TIFF.

    The pixels are decoded, since only that finds a truncated file (a JPEG at an eighth of its
    size, which reads every byte and takes little memory). Raises `AssetError` for a file that is
    missing, empty, cut off, in another format, misnamed, or larger than Pillow holds for safe.
    """
    from PIL import Image, UnidentifiedImageError

    head = read_head(path)
    try:
        with _open(path) as image:
            codec = _CODECS[image.format or ""]
            facts = ImageFacts(codec=codec, width=image.width, height=image.height, mode=image.mode)
            check_suffix(path, codec, _SUFFIXES[codec])
            image.draft(image.mode, (1, 1))
            image.load()
            return facts
    except UnidentifiedImageError:
        if head.startswith(_MAGIC):
            raise _broken("its header cannot be read") from None
        raise AssetError(
            f"the file is not a JPEG, PNG or TIFF image but {foreign_name(head)}",
            code=AssetProblem.UNSUPPORTED,
            hint="export the cover as JPEG or PNG",
        ) from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning, MemoryError):
        raise AssetError(
            f"the image has more than {Image.MAX_IMAGE_PIXELS} pixels",
            code=AssetProblem.TOO_LARGE,
            hint="export it smaller: recipients take covers of 3000 × 3000 pixels",
        ) from None
    except AssetError:
        raise
    except Exception as error:  # Pillow's plugins raise whatever the bytes lead them to.
        raise _broken(str(error)) from error


def _broken(problem: str) -> AssetError:
    return AssetError(
        f"the image is cut off or damaged: {problem}",
        code=AssetProblem.TRUNCATED,
        hint="copy or export the file again",
    )


def _open(path: Path) -> Image:
    """Read the header, with Pillow's warning about a decompression bomb turned into an error."""
    from PIL import Image

    with _warning_filters, warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        return Image.open(path, formats=("JPEG", "PNG", "TIFF"))
