"""What a release may say beyond the necessary: each field from the file to the message."""

from __future__ import annotations

from typing import Any

import pytest
from lxml import etree

from tests.catalogues import ICPNS, TARGET, CatalogueFolder

FILE = f"releases/{ICPNS[0]}.yaml"
OTHER = f"releases/{ICPNS[1]}.yaml"
TITLE, DEAL, LANGUAGE = (
    "title: Breakwater\nartists",
    "  - {offer: streaming}\n",
    "    language: en\n",
)
RELEASE = "ReleaseList/Release"
RECORDING = "ResourceList/SoundRecording"
TERMS = "DealList/ReleaseDeal/Deal/DealTerms"


def message(catalogue: CatalogueFolder, target: str = "store", icpn: str = ICPNS[0]) -> Any:
    """The message about a release, once it is delivered."""
    outcome = catalogue.apply()
    assert outcome.code == 0, outcome.text
    (name,) = (name for name in catalogue.messages(target) if icpn in name)
    return etree.parse(catalogue.path(f"delivered/{target}/{name}")).getroot()


def texts(root: Any, path: str) -> list[str | None]:
    """The texts of all elements of a path."""
    return [element.text for element in root.findall(path)]


def found(catalogue: CatalogueFolder) -> list[tuple[str, str]]:
    """Code and pointer of each error."""
    document = catalogue.run("validate", "--format", "json").json()
    return [(f["code"], f["path"]) for f in document["findings"] if f["severity"] == "error"]


def add(catalogue: CatalogueFolder, text: str, *, file: str = FILE) -> None:
    """Add keys of the release to its file."""
    catalogue.edit(file, "p_line: 2026 Alpha Tide\n", f"p_line: 2026 Alpha Tide\n{text}")


def test_titles_in_other_languages_stand_beside_one_default(catalogue: CatalogueFolder) -> None:
    add(catalogue, "titles: [{title: 防波堤, version: ライブ, language: ja-Jpan}]\n")
    catalogue.edit(FILE, LANGUAGE, LANGUAGE + "    titles: [{title: Molo, language: it}]\n")
    root = message(catalogue)
    for path, other, language in (
        (RELEASE, "防波堤 (ライブ)", "ja-Jpan"),
        (RECORDING, "Molo", "it"),
    ):
        main, translated = root.findall(f"{path}/DisplayTitleText")
        assert (main.text, main.get("IsDefault")) == ("Breakwater", "true")
        assert (translated.text, translated.attrib) == (other, {"LanguageAndScriptCode": language})
        assert len(root.findall(f"{path}/DisplayTitle")) == 2
    assert texts(root, f"{RELEASE}/DisplayTitle/SubTitle") == ["ライブ"]


def test_what_a_release_and_a_track_may_add(catalogue: CatalogueFolder) -> None:
    add(
        catalogue,
        "grid: A1-2425G-ABC1234002-M\ncompilation: single_artist\nkeywords: [tide, piano]\n"
        "marketing_comment: Session of the week\n"
        f'related: [{{type: IsDigitalEquivalentToPhysical, icpn: "{ICPNS[2]}"}}]\n',
    )
    catalogue.edit(
        FILE,
        "contributors: [{name: Ada Quill, roles: [Composer, Lyricist]}]",
        "contributors: [{name: Ada Quill, roles: [Composer, Lyricist, Musician],"
        " instruments: [Cello, Piano]}]\n    publishers: [{name: Quayside}, {name: Ada Quill}]\n"
        '    bonus: true\n    hidden: true\n    duration: "0:01"',
    )
    root = message(catalogue)
    assert texts(root, f"{RELEASE}/ReleaseId/GRid") == ["A12425GABC1234002M"]
    assert texts(root, f"{RELEASE}/IsSingleArtistCompilation") == ["true"]
    assert texts(root, f"{RELEASE}/Keywords") == ["tide, piano"]
    assert texts(root, f"{RELEASE}/MarketingComment") == ["Session of the week"]
    assert texts(root, f"{RELEASE}/RelatedRelease/ReleaseId/ICPN") == [ICPNS[2]]
    quill, quayside = root.findall(f"{RECORDING}/Contributor")
    roles = ["Composer", "Lyricist", "Musician", "MusicPublisher"]
    assert texts(quill, "Role") == roles
    assert texts(quill, "InstrumentType") == ["Cello", "Piano"]
    assert texts(quayside, "Role") == ["MusicPublisher"]
    assert texts(root, f"{RECORDING}/ContainsHiddenContent") == ["true"]
    assert texts(root, ".//ResourceGroupContentItem/IsBonusResource") == ["true"]


def test_a_preorder_gives_recordings_at_once(catalogue: CatalogueFolder) -> None:
    catalogue.edit(
        FILE,
        DEAL,
        "  - {offer: download, price_code: Mid, track_price_code: Mid, preorder_from: 2026-11-25,\n"
        "     instant_gratification: [GBXYZ2600001]}\n",
    )
    root = message(catalogue)
    release_terms = root.find("DealList/ReleaseDeal").findall("Deal/DealTerms")
    given = [
        (texts(terms, "IsPreOrderDeal"), texts(terms, ".//DealResourceReference"))
        for terms in release_terms
    ]
    assert given == [([], []), (["true"], ["A1"])]
    assert len(root.findall(".//InstantGratificationResourceList")) == 1


def test_claims_carry_their_policy_and_leave_out_what_must_not_be_claimed(
    catalogue: CatalogueFolder,
) -> None:
    catalogue.edit(
        "targets/store.yaml",
        "offers:\n",
        "offers:\n  ugc_claim: [RightsClaimModel/UserMakeAvailableUserProvided]\n",
    )
    claim = "  - {offer: ugc_claim, policy: BlockAccess}\n"
    catalogue.edit(FILE, DEAL, DEAL + claim)
    catalogue.edit(FILE, LANGUAGE, LANGUAGE + "    ugc_claim: false\n")
    catalogue.edit(OTHER, DEAL, DEAL + claim)
    catalogue.edit(OTHER, LANGUAGE, LANGUAGE + "    available: album_only\n")
    root = message(catalogue)
    release, track = root.findall("DealList/ReleaseDeal")
    policy = "Deal/DealTerms/RightsClaimPolicy/RightsClaimPolicyType"
    assert texts(release, policy) == ["BlockAccess"]
    assert texts(track, "DealReleaseReference") == ["R1"]
    assert texts(track, "Deal/DealTerms/CommercialModelType") == ["SubscriptionModel"]
    (name,) = (name for name in catalogue.messages() if ICPNS[1] in name)
    other = etree.parse(catalogue.path(f"delivered/store/{name}")).getroot()
    claimed = other.findall("DealList/ReleaseDeal")[1]
    assert texts(claimed, "DealReleaseReference") == ["R1"]
    assert texts(claimed, "Deal/DealTerms/CommercialModelType") == ["RightsClaimModel"]


def test_a_deal_with_its_own_models_is_for_the_targets_that_it_names(
    catalogue: CatalogueFolder,
) -> None:
    catalogue.add_target("kiosk")
    deal = "{offer: kiosk, models: [PayAsYouGoModel], uses: [KioskDownload], targets: [kiosk]}"
    catalogue.edit(FILE, DEAL, f"{DEAL}  - {deal}\n")
    root = message(catalogue, "kiosk")
    assert texts(root.find("DealList/ReleaseDeal"), "Deal/DealTerms/UseType") == [
        "OnDemandStream",
        "KioskDownload",
    ]
    (name,) = (name for name in catalogue.messages("store") if ICPNS[0] in name)
    assert b"KioskDownload" not in catalogue.path(f"delivered/store/{name}").read_bytes()


def test_a_target_may_have_its_own_words_or_be_left_out(catalogue: CatalogueFolder) -> None:
    catalogue.add_target("other")
    catalogue.add_target("third", text=TARGET)
    catalogue.write("genre_maps/main.yaml", "genres: {HOUSE-00: House, TECHNO-00: Techno}\n")
    add(
        catalogue,
        "exclude_targets: [third]\noverrides:\n  other: {title: Mole, display_artist: Kestrel,"
        " label: Alpha Tide Two, genre: TECHNO-00, c_line: 2025 Others, version: Edit}\n",
    )
    root = message(catalogue, "other")
    assert texts(root, f"{RELEASE}/DisplayTitleText") == ["Mole (Edit)"]
    assert texts(root, f"{RELEASE}/DisplayArtistName") == ["Kestrel"]
    assert texts(root, f"{RELEASE}/Genre/GenreText") == ["Techno"]
    assert texts(root, "ReleaseList/TrackRelease/Genre/GenreText") == ["Techno"]
    assert texts(root, f"{RELEASE}/CLine/Year") == ["2025"]
    assert "Alpha Tide Two" in texts(root, "PartyList/Party/PartyName/FullName")
    assert not any(ICPNS[0] in name for name in catalogue.messages("third"))
    (name,) = (name for name in catalogue.messages("store") if ICPNS[0] in name)
    plain = etree.parse(catalogue.path(f"delivered/store/{name}")).getroot()
    assert texts(plain, f"{RELEASE}/DisplayTitleText") == ["Breakwater"]
    assert catalogue.run("plan", "--detailed-exitcode").code == 0


def test_a_status_for_one_target_has_its_own_day(catalogue: CatalogueFolder) -> None:
    catalogue.add_target("other")
    message(catalogue)
    status = "{status: takedown, from: 2026-12-01, reason: the rights end}"
    add(catalogue, f"status: {{default: active, other: {status}}}\n")
    assert found(catalogue) == []
    waiting = catalogue.run("plan")
    assert "until 2026-12-01 (takedown_from)" in waiting.text
    catalogue.clock.move(days=10)  # type: ignore[attr-defined]
    assert catalogue.apply().code == 0
    assert len([name for name in catalogue.messages("store") if ICPNS[0] in name]) == 1
    assert len([name for name in catalogue.messages("other") if ICPNS[0] in name]) == 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("titles: [{title: A, language: EN}]", ("SG2061", "titles[0].language")),
        ("grid: A1-2425G-ABC1234002-N", ("SG1310", "grid")),
        ('keywords: ["a, b"]', ("SG1123", "keywords[0]")),
        ("related: [{type: UserDefined, icpn: 4006381333955}]", ("SG1311", "related[0].type")),
        ("exclude_targets: [stor]", ("SG1201", "exclude_targets[0]")),
        ("targets: [store]\nexclude_targets: [store]", ("SG2066", "exclude_targets[0]")),
        ("overrides: {stor: {title: A}}", ("SG1201", "overrides.stor")),
        ("exclude_targets: [store]\noverrides: {store: {title: A}}", ("SG2066", "overrides.store")),
        ("overrides: {store: {genre: TECHNO}}", ("SG2103", "overrides.store.genre")),
        ("status: {store: {status: takedown, from: }}", ("SG1103", "status.store.from")),
        ("status: {store: {status: hold, from: 2026-12-01}}", ("SG2067", "status.store.from")),
    ],
)
def test_mistakes_of_a_release(
    catalogue: CatalogueFolder, text: str, expected: tuple[str, str]
) -> None:
    add(catalogue, text + "\n")
    assert found(catalogue) == [expected]


@pytest.mark.parametrize(
    ("deal", "expected"),
    [
        ("instant_gratification: [GBXYZ2600001]", ("SG2063", "deals[1].instant_gratification")),
        (
            "preorder_from: 2026-11-25, instant_gratification: [GBXYZ2600009]",
            ("SG2063", "deals[1].instant_gratification[0]"),
        ),
        ("policy: Monetize", ("SG2064", "deals[1].policy")),
        ("uses: [OnDemandStream], targets: [store]", ("SG2065", "deals[1].models")),
        ("models: [PayAsYouGo], uses: [KioskDownload]", ("SG1306", "deals[1].models[0]")),
    ],
)
def test_mistakes_of_a_deal(
    catalogue: CatalogueFolder, deal: str, expected: tuple[str, str]
) -> None:
    more = f"  - {{offer: download, price_code: Mid, track_price_code: Mid, {deal}}}\n"
    catalogue.edit(FILE, DEAL, DEAL + more)
    assert found(catalogue) == [expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('duration: "3:45"', ("SG2062", "tracks[0].duration")),
        ("duration: 3m", ("SG1122", "tracks[0].duration")),
        ("titles: [{title: A, language: en}]", ("SG2061", "tracks[0].titles[0].language")),
    ],
)
def test_mistakes_of_a_track(
    catalogue: CatalogueFolder, text: str, expected: tuple[str, str]
) -> None:
    catalogue.edit(FILE, LANGUAGE, f"{LANGUAGE}    {text}\n")
    assert found(catalogue) == [expected]


def test_an_unknown_instrument_is_asked_back(catalogue: CatalogueFolder) -> None:
    catalogue.edit(FILE, "roles: [Composer, Lyricist]", "roles: [Musician], instruments: [Celo]")
    outcome = catalogue.run("validate")
    assert "did you mean Cello?" in outcome.text
