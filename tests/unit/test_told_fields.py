"""From the files of the catalogue to a valid message: previews, shares, dates, labels, offers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from stardust_gitops.catalog.loading import read_release
from stardust_gitops.content.canonical import dump_delivery, load_delivery
from stardust_gitops.content.fingerprint import delivery_fingerprints
from stardust_gitops.content.model import Delivery
from stardust_gitops.diagnostics import Finding
from stardust_gitops.messages.check import check_tree
from stardust_gitops.messages.xml import parse
from stardust_gitops.planning.model import Action
from stardust_gitops.reconciler.preview import preview
from stardust_gitops.reconciler.surveyor import Surveyor
from stardust_gitops.reconciler.workspace import open_workspace
from tests.ddex import official
from tests.release_lab import RELEASE, Case, judge

RECORDING = "ResourceList/SoundRecording"
CLIP = f"{RECORDING}/SoundRecordingEdition/TechnicalDetails/ClipDetails"
STREAM, DOWNLOAD = "  - {offer: streaming}\n", "price_code: Mid, track_price_code: Track}\n"
LAST = "    instrumental: true\n"
CLAIMS = ("", "label: Alpha Tide\n")
UGC = ("offers:\n", "offers:\n  ugc_claim: [RightsClaimModel/UserMakeAvailableUserProvided]\n")
DPID = "PADPIDA2026112204O"


def serious(findings: list[Finding]) -> list[str]:
    """Codes of what is more than a note."""
    return [finding.code for finding in findings if finding.severity.value != "note"]


def message(root: Path, case: Case) -> Any:
    """The message of a catalogue in which nothing is found, valid for us and for DDEX."""
    assert serious(judge(root, case)) == []
    rendered = preview(open_workspace(root), "04006381333931", "store", Action.INSERT)
    tree = parse(rendered.message)
    assert check_tree(tree, "4.3") == []
    assert official()(tree) == []
    return tree


def delivery(root: Path, case: Case) -> Delivery:
    """What is stored with an intention about the release."""
    judge(root, case)
    workspace = open_workspace(root)
    surveyor = Surveyor(workspace)
    model, _ = read_release(root, RELEASE)
    assert model is not None
    base = surveyor.base(RELEASE, model)
    store = workspace.catalogue.targets["store"]
    document, _ = surveyor.content(base, store)
    assert document is not None
    return surveyor.resolver.delivery(base, store, document)


def texts(tree: etree._Element, path: str) -> list[str | None]:
    """The texts of all elements of a path."""
    return [element.text for element in tree.findall(path)]


def sold(tree: etree._Element) -> dict[str, list[str]]:
    """By reference of release or track release, the uses that it is offered for."""
    found: dict[str, list[str]] = {}
    for deal in tree.findall("DealList/ReleaseDeal"):
        for reference in texts(deal, "DealReleaseReference"):
            found[str(reference)] = [str(use) for use in texts(deal, "Deal/DealTerms/UseType")]
    return found


def last(*lines: str) -> tuple[str, str]:
    """More about the last track."""
    return LAST, LAST + "".join(f"    {line}\n" for line in lines)


@pytest.mark.parametrize(
    ("said", "start", "used"),
    [
        ('{start: "1:05", duration: "0:30"}', "65", ["PT30S"]),
        ("{start: 0, duration: 90}", "0", ["PT1M30S"]),
        ("{start: 45}", "45", []),
    ],
)
def test_a_preview_tells_how_it_is_cut(
    said: str, start: str, used: list[str], tmp_path: Path
) -> None:
    tree = message(tmp_path, Case(release=[last(f"preview: {said}")]))
    (clip,) = tree.findall(CLIP)
    assert texts(tree, f"{CLIP}/TechnicalResourceDetailsReference") == ["T3-preview"]
    assert texts(clip, "ClipType") == ["Preview"]
    assert texts(clip, "ExpressionType") == ["Instructive"]
    assert texts(clip, "Timing/StartPoint") == [start]
    assert texts(clip, "Timing/DurationUsed") == used
    assert tree.find(".//IsClip") is None  # these are the details of the full recording


def test_without_a_preview_nothing_is_said_of_clips(tmp_path: Path) -> None:
    assert message(tmp_path, Case()).find(".//ClipDetails") is None


def test_a_claim_has_policy_share_and_territories_by_track(tmp_path: Path) -> None:
    claim = "  - {offer: ugc_claim, policy: Monetize, territories: [GB, US], share: 50.0}\n"
    own = "deals: [{offer: ugc_claim, policy: BlockAccess, territories: [GB], share: 33.3}]"
    tree = message(tmp_path, Case(release=[(STREAM, STREAM + claim), last(own)], target=[UGC]))
    shares = [
        (
            texts(recording, "ResourceRightsController/RightSharePercentage"),
            texts(recording, ".//DelegatedUsageRights/UseType"),
            texts(recording, ".//TerritoryOfRightsDelegation"),
        )
        for recording in tree.findall(RECORDING)
    ]
    use = ["UserMakeAvailableUserProvided"]
    assert shares == [
        (["50"], use, ["GB", "US"]),
        (["50"], use, ["GB", "US"]),
        (["33.3"], use, ["GB"]),
    ]
    assert set(texts(tree, f"{RECORDING}/ResourceRightsController/RightsControlType")) == {
        "RightsController"
    }
    label = tree.find("ReleaseList/Release/ReleaseLabelReference").text
    controllers = texts(tree, ".//RightsControllerPartyReference")
    assert controllers == [label] * 3
    policies = {
        reference.text: texts(deal, ".//RightsClaimPolicyType")
        for deal in tree.findall("DealList/ReleaseDeal")
        for reference in deal.findall("DealReleaseReference")
    }
    assert policies == {
        "R0": ["Monetize"],
        "R1": ["Monetize"],
        "R2": ["Monetize"],
        "R3": ["BlockAccess"],
    }


def test_shares_may_differ_by_territory(tmp_path: Path) -> None:
    claims = "".join(
        f"  - {{offer: ugc_claim, policy: Monetize, territories: [{code}]{share}}}\n"
        for code, share in (("GB", ", share: 25"), ("US", ", share: 75"), ("FR", ""))
    )
    tree = message(tmp_path, Case(release=[(STREAM, STREAM + claims)], target=[UGC]))
    first = tree.find(RECORDING)
    assert [
        (each.get("SequenceNumber"), *texts(each, "RightSharePercentage"))
        for each in first.findall("ResourceRightsController")
    ] == [("1", "25"), ("2", "75")]
    assert texts(first, ".//TerritoryOfRightsDelegation") == ["GB", "US"]


def test_a_track_that_is_not_claimed_has_no_share(tmp_path: Path) -> None:
    claim = "  - {offer: ugc_claim, policy: Monetize, territories: [GB], share: 50}\n"
    edits = [(STREAM, STREAM + claim), last("ugc_claim: false")]
    tree = message(tmp_path, Case(release=edits, target=[UGC]))
    found = [len(each.findall("ResourceRightsController")) for each in tree.findall(RECORDING)]
    assert found == [1, 1, 0]


def test_release_dates_by_territory(tmp_path: Path) -> None:
    dates = "release_dates: {DACH: 2026-12-11, JP: 2026-11-27, FR: 2026-12-04}\n"
    deals = (
        "  - {offer: streaming, excluded_territories: [DACH, JP]}\n"
        "  - {offer: streaming, territories: [DACH], start: 2026-12-11}\n"
        "  - {offer: streaming, territories: [JP], start: 2026-11-27}\n"
    )
    edits = [
        ("deals:\n", dates + "deals:\n"),
        (STREAM, deals),
        (DOWNLOAD, "excluded_territories: [DACH, JP], " + DOWNLOAD),
    ]
    tree = message(tmp_path, Case(release=edits))
    assert [
        (each.text, each.get("ApplicableTerritoryCode"), each.get("IsDefault"))
        for each in tree.findall("ReleaseList/Release/ReleaseDate")
    ] == [
        ("2026-12-04", "Worldwide", "true"),
        ("2026-12-11", "AT", None),
        ("2026-12-11", "CH", None),
        ("2026-12-11", "DE", None),
        ("2026-11-27", "JP", None),
    ]


def test_a_label_in_whose_name_is_sent(tmp_path: Path) -> None:
    label = f"name: Alpha Tide\ndpid: {DPID}\nsent_on_behalf_of: true\n"
    case = Case(files={"labels/alpha.yaml": label})
    tree = message(tmp_path / "on", case)
    assert texts(tree, "MessageHeader/SentOnBehalfOf/PartyId") == [DPID]
    assert texts(tree, "MessageHeader/SentOnBehalfOf/PartyName/FullName") == ["Alpha Tide"]
    silent = Case(files={"labels/alpha.yaml": label.replace("true", "false")})
    assert message(tmp_path / "off", silent).find("MessageHeader/SentOnBehalfOf") is None
    with_label, without = delivery(tmp_path / "a", case), delivery(tmp_path / "b", Case())
    assert delivery_fingerprints(with_label) == delivery_fingerprints(without)
    assert load_delivery(dump_delivery(with_label)) == with_label
    assert b"on_behalf_of" not in dump_delivery(without)


def test_the_label_that_one_target_is_told_is_the_one_in_whose_name_is_sent(
    tmp_path: Path,
) -> None:
    own = f"name: Alpha Tide\ndpid: {DPID}\nsent_on_behalf_of: true\ntargets: {{store: AT-1}}\n"
    other = "name: Beta\ndpid: PADPIDA2026112203Q\nsent_on_behalf_of: true\ntargets: {store: B-7}\n"
    files = {"labels/alpha.yaml": own, "labels/beta.yaml": other, "labels/gamma.yaml": "name: G\n"}
    for name, label, told, shown in (
        ("own", "", [DPID], "AT-1"),
        ("by name", "Beta", ["PADPIDA2026112203Q"], "B-7"),
        ("by key", "beta", ["PADPIDA2026112203Q"], "B-7"),
        ("gamma", "G", [], "G"),
        ("no file", "Delta", [], "Delta"),
    ):
        words = f"overrides: {{store: {{label: {label}}}}}\n" if label else ""
        case = Case(release=[("deals:\n", words + "deals:\n")], files=files)
        tree = message(tmp_path / name, case)
        assert texts(tree, "MessageHeader/SentOnBehalfOf/PartyId") == told, name
        assert shown in texts(tree, "PartyList/Party/PartyName/FullName"), name


def test_a_label_without_dpid_cannot_send(tmp_path: Path) -> None:
    label = "name: Alpha Tide\nsent_on_behalf_of: true\n"
    (found,) = (
        finding
        for finding in judge(tmp_path, Case(files={"labels/alpha.yaml": label}))
        if finding.file == "labels/alpha.yaml"
    )
    assert (found.code, found.line, found.column) == ("SG1101", 2, 20)
    assert "DPID" in found.message


def test_a_withheld_track_has_no_deal_of_its_own(tmp_path: Path) -> None:
    claim = "  - {offer: ugc_claim, policy: Monetize}\n"
    use = "UserMakeAvailableUserProvided"
    found = {}
    for name in ("album_only", "none"):
        edits = [(STREAM, STREAM + claim), last(f"available: {name}")]
        found[name] = sold(message(tmp_path / name, Case(release=edits, target=[UGC])))
    assert found["album_only"]["R3"] == [use]
    assert "R3" not in found["none"]
    assert (
        found["none"]["R2"] == found["none"]["R0"] == ["OnDemandStream", use, "PermanentDownload"]
    )


def test_a_track_is_sold_alone_on_the_offers_that_it_names(tmp_path: Path) -> None:
    claim = "  - {offer: ugc_claim, policy: Monetize}\n"
    use = "UserMakeAvailableUserProvided"
    edits = [(STREAM, STREAM + claim), last("offers: [streaming]")]
    assert sold(message(tmp_path / "a", Case(release=edits, target=[UGC]))) == {
        **{name: ["OnDemandStream", use, "PermanentDownload"] for name in ("R0", "R1", "R2")},
        "R3": ["OnDemandStream", use],
    }
    edits = [last("offers: [download]", "deals: [{offer: download, territories: [GB]}]")]
    tree = message(tmp_path / "b", Case(release=edits))
    assert sold(tree)["R3"] == ["PermanentDownload"]
    every = message(tmp_path / "c", Case(release=[last("offers: [streaming, download]")]))
    plain = message(tmp_path / "d", Case())
    assert etree.tostring(every) == etree.tostring(plain)
