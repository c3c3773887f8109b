"""Rules about what one target asks for, and about moments, environments and labels it is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from stardust_gitops.catalog.vocabulary import VERSIONS, allowed, allowed_values, lacking
from stardust_gitops.diagnostics import Severity
from stardust_gitops.reconciler.survey import survey_releases
from stardust_gitops.reconciler.surveyor import Surveyor
from stardust_gitops.reconciler.workspace import open_workspace
from stardust_gitops.rules import instants, requirements, versions
from tests.release_lab import NOW, TARGET_TEXT, Case, codes, edited, judge, rules_of

STREAM = "  - {offer: streaming}\n"
PRICED = "price_code: Mid, track_price_code: Track"
ROLES = "roles: [Composer, Lyricist]}]\n    audio: assets/two"
OTHER = "targets/other.yaml"
OTHER_TEXT = edited(
    TARGET_TEXT,
    [("PADPIDA2026112203Q", "PADPIDA2026112201U"), ("delivered/store", "delivered/other")],
)
LABEL = "labels/alpha-tide.yaml"


def stream(terms: str) -> Case:
    """Streaming on these terms, in a catalogue of London."""
    return Case(release=[(STREAM, f"  - {{offer: streaming, {terms}}}\n")])


def release(text: str) -> Case:
    """More words of the release."""
    return Case(release=[("cover:", f"{text}\ncover:")])


def credited(roles: str, instruments: str = "", wanted: str = "") -> Case:
    """The credit of the second track, for a target that wants roles."""
    played = f", instruments: [{instruments}]" if instruments else ""
    new = f"roles: [{roles}]{played}}}]\n    audio: assets/two"
    return Case(release=[(ROLES, new)], target=[("", f"required_roles: [{wanted}]\n")])


def labels(listed: str, override: str = "") -> Case:
    """A target's list of labels, and the label that it alone is told."""
    edits = [("cover:", f"overrides: {{store: {{label: {override}}}}}\ncover:")] if override else []
    return Case(release=edits, target=[("", f"labels: [{listed}]\n")])


def priced(terms: str, least: str = '{EUR: "2.00"}') -> Case:
    """The price of the download at a target with lowest prices."""
    return Case(release=[(PRICED, terms)], target=[("", f"minimum_prices: {least}\n")])


def price(amount: str, currency: str = "EUR") -> str:
    """A wholesale price."""
    return f'wholesale_price: {{amount: "{amount}", currency: {currency}}}'


def two_stores(deals: str, offers: str) -> Case:
    """A second target that takes these offers alone."""
    text = edited(
        OTHER_TEXT,
        [
            (
                "  streaming: [SubscriptionModel/OnDemandStream]\n"
                "  download: [PayAsYouGoModel/PermanentDownload]\n",
                f"  {offers}\n",
            )
        ],
    )
    return Case(release=[(STREAM, STREAM + deals)], files={OTHER: text})


def immersive(version: str) -> Case:
    """A recording with an immersive edition, for a target of this version."""
    edition = "immersive: {isrc: GBXYZ2600091, audio: assets/two.wav}"
    return Case(
        release=[("audio: assets/two.flac", f"audio: assets/two.flac\n    {edition}")],
        target=[("", f'message: {{version: "{version}"}}\n')],
    )


AD = "ad_supported: [AdvertisementSupportedModel/OnDemandStream]"
TABLE = [
    ("SG2019", release("send_from: 2026-03-29T01:30"), release("send_from: 2026-03-29T02:00")),
    ("SG2019", release("send_from: 2026-03-29T01:00:00"), release("send_from: 2026-03-29T00:59")),
    ("SG2019", stream("start: 2027-03-28T01:30"), stream("start: 2027-03-28T01:30+01:00")),
    ("SG2019", stream("end: 2027-03-28T01:30"), stream("end: 2027-03-28")),
    (
        "SG2019",
        release("visibility: {release: 2026-03-29T01:30}"),
        release("visibility: {release: 2026-03-29T01:30Z}"),
    ),
    (
        "SG2019",
        stream("start: 2027-04-30, preorder_from: 2027-03-28T01:30"),
        stream("start: 2027-04-30, preorder_from: 2027-03-28T02:30"),
    ),
    ("SG2020", release("send_from: 2026-10-25T01:30"), release("send_from: 2026-10-25T02:00")),
    ("SG2020", stream("end: 2027-10-31T01:00"), stream("end: 2027-10-31T00:59:59")),
    (
        "SG2106",
        Case(
            release=[
                (
                    STREAM,
                    "  - {offer: mine, models: [SubscriptionModel],"
                    " uses: [UseForDataMining], targets: [store]}\n",
                )
            ]
        ),
        Case(
            release=[
                (
                    STREAM,
                    "  - {offer: mine, models: [SubscriptionModel],"
                    " uses: [OnDemandStream], targets: [store]}\n",
                )
            ]
        ),
    ),
    (
        "SG2106",
        Case(
            target=[("OnDemandStream]", "OnDemandStream, SubscriptionModel/DubForAdvertisement]")]
        ),
        Case(target=[("OnDemandStream]", "OnDemandStream, SubscriptionModel/Cable]")]),
    ),
    ("SG2106", priced(price("2", "XCG")), priced(price("2", "XCD"))),
    ("SG2119", immersive("4.2"), immersive("4.3")),
    ("SG2116", priced(price("1.99")), priced(price("2"))),
    ("SG2116", priced(price("0.20")), priced(price("0.20", "GBP"))),
    (
        "SG2117",
        two_stores("  - {offer: ad_supported, targets: [store]}\n", AD),
        two_stores("  - {offer: ad_supported, targets: [other]}\n", AD),
    ),
    ("SG2126", credited("Mixer", wanted="Composer"), credited("Composer", wanted="Composer")),
    (
        "SG2126",
        credited("Composer", wanted="Composer, Lyricist"),
        credited("ComposerLyricist", wanted="Composer, Lyricist"),
    ),
    ("SG2127", labels("Alfa Tide, Undertow"), labels("ALPHA TIDE")),
    ("SG2127", labels("Alpha Tide", "Alpha Tide France"), labels("Other", "Other")),
]


@pytest.mark.parametrize(("code", "failing", "passing"), TABLE)
def test_what_a_rule_finds(code: str, failing: Case, passing: Case, tmp_path: Path) -> None:
    assert code in codes(tmp_path / "failing", failing)
    assert code not in codes(tmp_path / "passing", passing)


def test_every_rule_has_its_cases() -> None:
    assert {code for code, _, _ in TABLE} == rules_of(instants, requirements, versions)


def test_which_of_two_times_is_taken(tmp_path: Path) -> None:
    (found,) = judge(tmp_path, release("send_from: 2026-10-25T01:30"))
    assert found.severity is Severity.WARNING
    assert found.message == (
        "2026-10-25T01:30:00 comes twice in Europe/London, as 2026-10-25T01:30:00+01:00"
        " and as 2026-10-25T01:30:00+00:00: the first is taken"
    )
    assert found.remedy == "write the offset:  2026-10-25T01:30:00+01:00"


def test_a_catalogue_in_utc_has_no_such_times(tmp_path: Path) -> None:
    case = Case(
        release=[("cover:", "send_from: 2026-03-29T01:30\ncover:")],
        config=[(", timezone: Europe/London", "")],
    )
    assert judge(tmp_path, case) == []


def test_what_one_target_lacks_is_a_finding_for_it_alone(tmp_path: Path) -> None:
    wanted = edited(
        OTHER_TEXT, [("", "required_roles: [Producer]\n".replace("Prod", "StudioProd"))]
    )
    found = judge(tmp_path, Case(files={OTHER: wanted}))
    assert {(entry.code, entry.target) for entry in found} == {("SG2126", "other")}
    assert [entry.line for entry in found] == [16, 22, 28]


@pytest.mark.parametrize(
    ("edit", "code"),
    [(("4006381333931", "2000000000015"), "SG2122"), (("GBXYZ2600003", "GBXYZ9999999"), "SG2123")],
)
def test_made_up_identifiers_are_for_tests(
    edit: tuple[str, str], code: str, tmp_path: Path
) -> None:
    (found,) = judge(tmp_path, Case(release=[edit]))
    assert (found.code, found.severity) == (code, Severity.ERROR)
    workspace = open_workspace(tmp_path)
    assert survey_releases(Surveyor(workspace, NOW, testing=True), workspace).findings == ()


def label_case(label: str, override: str | None) -> Case:
    """A release of Alpha Tide that the target may be told is another label's."""
    edits = [("cover:", f"overrides: {{store: {{label: {override}}}}}\ncover:")] if override else []
    files = {"labels/reef.yaml": f"name: Reef\n{label}\n", LABEL: "name: Alpha Tide\n"}
    return Case(release=edits, files=files)


@pytest.mark.parametrize(
    ("label", "code"),
    [
        ("allowed_targets: []", "SG2701"),
        ("territories: [GB]", "SG2702"),
        ("rights: {until: 2027-12-31}", "SG2704"),
    ],
)
def test_a_label_told_to_one_target_is_held_against_its_own_file(
    label: str, code: str, tmp_path: Path
) -> None:
    assert codes(tmp_path / "told", label_case(label, "Reef")) == {code}
    assert codes(tmp_path / "not", label_case(label, None)) == set()


def test_owners_of_lines_for_a_label_told_to_one_target(tmp_path: Path) -> None:
    words = "overrides: {store: {label: Reef, p_line: 2026 Alpha Tide}}"
    case = Case(
        release=[("cover:", f"{words}\ncover:")],
        files={"labels/reef.yaml": "name: Reef\np_line_owners: [Reef]\n"},
    )
    (found,) = judge(tmp_path, case)
    assert (found.code, found.line, found.column) == ("SG2703", 9, 42)


@pytest.mark.parametrize(
    ("text", "edit"),
    [
        ("type: UserDefined", ("type: EP", "type: UserDefined")),
        ("a role", (ROLES, ROLES.replace("Composer,", "UserDefined,"))),
        (
            "a use",
            (
                STREAM,
                "  - {offer: x, models: [SubscriptionModel], uses: [UserDefined],"
                " targets: [store]}\n",
            ),
        ),
        (
            "a model",
            (STREAM, "  - {offer: x, models: [UserDefined], uses: [Stream], targets: [store]}\n"),
        ),
    ],
)
def test_user_defined_says_nothing(text: str, edit: tuple[str, str], tmp_path: Path) -> None:
    (found,) = judge(tmp_path, Case(release=[edit]))
    assert found.code == "SG1311", text
    assert "use DDEX's value" in found.remedy


def test_user_defined_in_an_offer(tmp_path: Path) -> None:
    case = Case(target=[("OnDemandStream]", "OnDemandStream, UserDefined/Stream]")])
    assert "SG1311" in codes(tmp_path, case)


def test_release_days_are_the_catalogues_own(tmp_path: Path) -> None:
    days = ("", "release_days: [Monday, Thursday]\n")
    thursday = [("release_date: 2026-12-04", "release_date: 2026-12-03")]
    assert codes(tmp_path / "friday", Case(config=[days])) == {"SG2013"}
    assert codes(tmp_path / "thursday", Case(config=[days], release=thursday)) == set()


def test_values_by_version() -> None:
    for version in VERSIONS:
        sets = allowed_values(version)
        for name in ("ContributorRole", "UseType_ERN", "ReleaseType_ERN4", "InstrumentType"):
            assert sets[name] <= allowed(name)
            assert sets[name] | lacking(name, version) == allowed(name)
    assert "Composer" in allowed_values("3.8.2")["ContributorRole"]
    assert lacking("ContributorRole", "4.3") == {"ImmersiveMasteringEngineer", "Mime"}
    assert lacking("UseType_ERN", "4.3.2") == {"DubForAdvertisement"}
    assert lacking("ContributorRole", "4.2") - lacking("ContributorRole", "4.3") == {"Presenter"}
    assert lacking("CurrencyCode", "4.3") == {"XAD", "XCG", "ZWG"}
    with pytest.raises(KeyError):
        allowed_values("4.4")


def test_what_is_told_as_user_defined_is_no_error(tmp_path: Path) -> None:
    """Newer roles, instruments and relations reach an older version, with their own word."""
    related = release("related: [{type: IsSpedUpOf, icpn: 4006381333955}]")
    for number, case in enumerate((credited("Mime"), credited("Musician", "Theremin"), related)):
        assert "SG2106" not in codes(tmp_path / str(number), case)
