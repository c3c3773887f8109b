"""ERN 3.8.2 and 3.8.3: works, discs, names in other languages."""

from __future__ import annotations

from stardust_gitops.content.model import Artist, Contributor, Disc, LocalName, Party, Title, Work
from stardust_gitops.messages.ern.mappings import mappings
from stardust_gitops.messages.ern.options import MessageOptions
from tests.message_examples import KESTREL, track
from tests.unit.filmed_releases import GROUP, ITEM, NOVA, filmed, released, shown, sound
from tests.unit.test_messages_v3 import DETAILS, RECORDING, each_version, told_as

# --- works and discs -----------------------------------------------------------------------------

SUITE = Work(title="Suite", titles=(Title(title="組曲", language="ja"),))
MASS = Work(title="Mass")


@each_version
def test_the_movements_of_a_work_are_a_group(version: str) -> None:
    tracks = (
        track(1),
        track(2, work=SUITE),
        track(3, work=SUITE),
        track(4, work=MASS),
        track(5),
        track(6, work=SUITE, disc=2),
    )
    message = sound(released(*tracks, type="ClassicalAlbum"), version)
    first, second = message.root.findall(f"{GROUP}/ResourceGroup")
    places = [
        (each.findtext("Title/TitleText"), each.findtext("SequenceNumber"), each.tag)
        for each in first
        if each.tag in ("ResourceGroup", ITEM)
    ]
    assert places == [
        ("Suite", "2", "ResourceGroup"),
        ("Mass", "3", "ResourceGroup"),
        (None, "1", ITEM),
        (None, "4", ITEM),
    ]
    suite = first.find("ResourceGroup")
    assert suite is not None
    assert [shown(each) for each in suite.iterfind("Title")] == [
        '<Title TitleType="GroupingTitle"><TitleText>Suite</TitleText></Title>',
        '<Title LanguageAndScriptCode="ja" TitleType="GroupingTitle">'
        "<TitleText>&#32068;&#26354;</TitleText></Title>",
    ]
    assert [each.text for each in suite.iterfind(f"{ITEM}/*")] == [
        *("1", "SoundRecording", "A2", "2", "SoundRecording", "A3")
    ]
    assert [each.text for each in second.iterfind(f"ResourceGroup/{ITEM}/*")][-1] == "A6"
    grouped = f"{RECORDING}/SoundRecordingDetailsByTerritory/Title[@TitleType='GroupingTitle']"
    assert message.texts(f"{grouped}/TitleText") == [
        *("Suite", "組曲", "Suite", "組曲", "Mass", "Suite", "組曲")
    ]


def test_works_are_no_groups_of_a_common_release() -> None:
    of = released(track(1, work=SUITE), track(2, work=SUITE), type="ClassicalAlbum")
    message = sound(of, variant="none")
    assert message.root.find(f"{GROUP}/ResourceGroup/ResourceGroup") is None
    told = MessageOptions(version="3.8.2", variant="none")
    found = [(m.field, m.said, m.told) for m in mappings(of, told)]
    assert found == [
        (f"tracks[{n}].work", "a movement of Suite", "a GroupingTitle of the recording alone")
        for n in (0, 1)
    ]
    assert mappings(of, told_as("3.8.2")) == []


@each_version
def test_discs_of_which_something_is_said(version: str) -> None:
    discs = (
        Disc(number=1, title="Matins", icpn="036000291452"),
        Disc(number=3, title="Vespers"),
    )
    tracks = (track(1), track(2, disc=2), track(3, disc=3))
    message = sound(released(*tracks, discs=discs, type="DigitalBoxSetRelease"), version)
    groups = message.root.findall(f"{GROUP}/ResourceGroup")
    assert [(each.findtext("Title/TitleText"), each[-1].tag) for each in groups] == [
        ("Matins", "ReleaseId"),
        ("Component 2", ITEM),
        ("Vespers", ITEM),
    ]
    assert shown(groups[0][-1]) == (
        '<ReleaseId><ICPN IsEan="false">036000291452</ICPN></ReleaseId>'
    )
    profile = message.root.get("ReleaseProfileVersionId")
    assert profile == "CommonReleaseTypes/14/DigitalBoxedSet"
    assert message.root.find(".//CarrierType") is None


# --- names ---------------------------------------------------------------------------------------


@each_version
def test_names_in_other_languages_and_scripts(version: str) -> None:
    japanese = (LocalName(name="ノヴァ", language="ja"),)
    one = track(
        1,
        artists=(Artist(party=NOVA),),
        contributors=(Contributor(party=NOVA, roles=("Composer",)),),
        display_artists=japanese,
    )
    message = sound(released(one, track(2), display_artists=japanese), version)
    first, second = message.root.findall(DETAILS)
    artist = first.find("DisplayArtist")
    assert artist is not None
    assert [(each.tag, dict(each.attrib), "".join(each.itertext())) for each in artist][:3] == [
        ("PartyName", {}, "Nova"),
        ("PartyName", {"LanguageAndScriptCode": "ar"}, "نوفا"),
        ("PartyId", {"IsISNI": "true"}, "0000000114819103"),
    ]
    assert len(first.findall("IndirectResourceContributor/PartyName")) == 2
    # said of a recording only where it is not the release's
    assert first.find("DisplayArtistName") is None
    assert [each.text for each in second.iterfind("DisplayArtistName")] == ["Kestrel & Sons"]
    for release, name in ((1, "ノヴァ"), (2, "ノヴァ"), (3, None)):
        path = f"ReleaseList/Release[{release}]/ReleaseDetailsByTerritory/DisplayArtistName"
        assert message.texts(f"{path}[@LanguageAndScriptCode='ja']") == ([name] if name else [])


@each_version
def test_classical_contributors(version: str) -> None:
    people = [Party(name=name) for name in ("Cond", "Orch", "Choir", "Solo", "Comp", "Libr")]
    roles = ("Conductor", "Orchestra", "Choir", "Soloist", "Composer", "Librettist")
    cast = tuple(
        Contributor(party=party, roles=(role,)) for party, role in zip(people, roles, strict=True)
    )
    ensemble = Contributor(party=KESTREL, roles=("Ensemble", "Conductor"), instruments=("Violin",))
    for one in (
        track(1, contributors=(*cast, ensemble)),
        filmed(1, contributors=(*cast, ensemble)),
    ):
        of = released(one)
        message = sound(of, version)
        (details,) = [each for each in message.root.iter() if "Details" in each.tag][:1]
        conductors = details.findall("DisplayConductor")
        assert [
            (each.get("SequenceNumber"), each.findtext("PartyName/FullName"), each[-1].text)
            for each in conductors
        ] == [("1", "Cond", "Conductor"), ("2", "Kestrel & Sons", "Conductor")]
        assert [
            (each.findtext("PartyName/FullName"), each.findtext("ResourceContributorRole"))
            for each in details.iterfind("ResourceContributor")
        ] == [
            ("Cond", "Conductor"),
            ("Orch", "Orchestra"),
            ("Choir", "Choir"),
            ("Solo", "Soloist"),
            ("Kestrel & Sons", "Ensemble"),
        ]
        assert [
            (each.findtext("PartyName/FullName"), each.findtext("IndirectResourceContributorRole"))
            for each in details.iterfind("IndirectResourceContributor")
        ] == [("Comp", "Composer"), ("Libr", "Librettist")]
        assert [m for m in mappings(of, told_as(version)) if "roles" in m.field] == []
