"""Examples of what is written once and referred to; what is found of it, what is told."""

from __future__ import annotations

from typing import Any

from tests.catalogues import ICPNS, CatalogueFolder
from tests.label import delivered_message

PARTY_FILE = "parties/kestrel.yaml"
PARTY = """\
name: Kestrel & Sons
names: [{name: ケストレル, language: ja}]
isni: 000000000000001X
ids: {PADPIDA2026112202S: svc-1, PADPIDA2026112203Q: st-1, PADPIDA2026112201U: own-1}
"""
NAMED = "artists: [{name: Kestrel & Sons}]"
KEYED = "artists: [{party: kestrel}]"
LABEL_FILE = "labels/alpha.yaml"
RELEASE_FILE = f"releases/{ICPNS[0]}.yaml"


def found(catalogue: CatalogueFolder) -> list[tuple[str, str, int, str | None]]:
    """Code, file, line and target of what is found about references and labels."""
    return [(f["code"], f["file"], f["line"], f["target"]) for f in findings(catalogue)]


def findings(catalogue: CatalogueFolder, *arguments: str) -> list[dict[str, Any]]:
    """Findings about references and labels; whatever else is found is for other tests."""
    document = catalogue.run("validate", "--format", "json", *arguments).json()
    every: list[dict[str, Any]] = document["findings"]
    return [f for f in every if f["code"].startswith(("SG11", "SG12", "SG27"))]


def message(catalogue: CatalogueFolder) -> str:
    """What the first finding says, with its remedy."""
    first = findings(catalogue)[0]
    return f"{first['message']}; {first['remedy']}"


def line_of(catalogue: CatalogueFolder, file: str, text: str) -> int:
    """The number of the one line that holds a text."""
    lines = catalogue.path(file).read_text("utf-8").splitlines()
    (number,) = [number for number, line in enumerate(lines, 1) if text in line]
    return number


def ids_told(label: CatalogueFolder, icpn: str, target: str) -> set[str]:
    """The proprietary ids that a target was told of."""
    text = delivered_message(label, icpn, target).decode()
    return {name for name in ("svc-1", "st-1", "own-1") if name in text}
