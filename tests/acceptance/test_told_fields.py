"""Previews, dates of territories and labels in whose name is sent: from an edit to what is sent."""

from __future__ import annotations

from typing import Any

from lxml import etree

from tests.catalogues import ICPNS, CatalogueFolder

FILE = f"releases/{ICPNS[0]}.yaml"
LABEL = "name: Alpha Tide\ndpid: PADPIDA2026112204O\nsent_on_behalf_of: true\n"
LANGUAGE = "    language: en\n"
PRINCIPAL = "MessageHeader/SentOnBehalfOf/PartyId"


def messages(catalogue: CatalogueFolder) -> list[Any]:
    """All messages about the first release, in order of their numbers."""
    names = [name for name in catalogue.messages() if ICPNS[0] in name]
    read = [etree.parse(catalogue.path(f"delivered/store/{name}")).getroot() for name in names]
    return sorted(read, key=lambda root: str(root.findtext("MessageHeader/MessageCreatedDateTime")))


def applied(catalogue: CatalogueFolder) -> Any:
    """The message that an apply sends."""
    before = len(messages(catalogue))
    outcome = catalogue.apply()
    assert outcome.code == 0, outcome.text
    every = messages(catalogue)
    assert len(every) == before + 1
    return every[-1]


def planned(catalogue: CatalogueFolder) -> list[tuple[str, str]]:
    """Path and source of what the plan would change."""
    document = catalogue.run("plan", "--format", "json").json()
    return [
        (change["path"], change.get("source") or "")
        for item in document["items"]
        for change in item["changes"]
    ]


def test_a_preview_and_a_date_are_updates_that_the_plan_tells(catalogue: CatalogueFolder) -> None:
    applied(catalogue)
    catalogue.edit(FILE, LANGUAGE, LANGUAGE + "    preview: {start: 0}\n")
    catalogue.edit(FILE, "p_line:", "release_dates: {JP: 2026-12-11}\np_line:")
    catalogue.edit(
        FILE,
        "  - {offer: streaming}\n",
        "  - {offer: streaming, excluded_territories: [JP]}\n"
        "  - {offer: streaming, territories: [JP], start: 2026-12-11}\n",
    )
    changes = planned(catalogue)
    assert ("tracks[0].preview", f"{FILE}:20") in changes
    assert ("release_dates[0]", f"{FILE}:7") in changes
    root = applied(catalogue)
    assert root.findtext(".//ClipDetails/Timing/StartPoint") == "0"
    assert [each.text for each in root.iter("ReleaseDate")] == ["2026-12-04", "2026-12-11"]
    starts = root.findall("DealList/ReleaseDeal/Deal/DealTerms/ValidityPeriod/StartDateTime")
    assert {each.text[:10] for each in starts} == {"2026-12-04", "2026-12-11"}
    assert catalogue.run("plan", "--detailed-exitcode").code == 0


def test_a_preview_beyond_the_audio_stops_the_release(catalogue: CatalogueFolder) -> None:
    catalogue.edit(FILE, LANGUAGE, LANGUAGE + "    preview: {start: 45, duration: 30}\n")
    outcome = catalogue.run("validate")
    assert outcome.code == 3
    assert "begins after 45 seconds, the recording after 1" in outcome.text


def test_in_whose_name_is_sent_is_no_content(catalogue: CatalogueFolder) -> None:
    assert applied(catalogue).find(PRINCIPAL) is None
    catalogue.write("labels/alpha-tide.yaml", LABEL)
    assert catalogue.run("plan", "--detailed-exitcode").code == 0
    catalogue.edit(FILE, "title: Breakwater\nartists", "title: Ebb\nartists")
    assert applied(catalogue).findtext(PRINCIPAL) == "PADPIDA2026112204O"
    catalogue.edit(FILE, "p_line:", "status: takedown\np_line:")
    takedown = applied(catalogue)
    assert takedown.find("DealList") is None
    assert takedown.findtext(PRINCIPAL) == "PADPIDA2026112204O"
