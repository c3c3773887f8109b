"""Ways to break a message of ERN 4 with all there is (`message_examples.rich_delivery`)."""

from __future__ import annotations

import copy

from tests.message_breaks import (
    Break,
    Element,
    after,
    attribute,
    copied,
    first,
    last,
    missing,
    named,
    parent,
    said,
)


def clip_in_a_group(root: Element) -> None:
    """Puts the clip among the tracks of the release."""
    item = copy.deepcopy(first(root, "ResourceGroupContentItem"))
    first(item, "ReleaseResourceReference").text = first(
        root, "ClipRelease/ReleaseResourceReference"
    ).text
    parent(first(root, "ResourceGroupContentItem")).append(item)


def track_as_a_clip(root: Element) -> None:
    """Sells the last track as if it were a clip."""
    release = first(root, "TrackRelease[3]")
    for link in release.findall("LinkedReleaseResourceReference"):
        release.remove(link)
    release.tag = "ClipRelease"


_LINK = "LinkedReleaseResourceReference"
_WORK = "Release/ResourceGroup/ResourceGroup/ResourceGroup"
RICH_4: dict[str, Break] = {
    "a video behind the texts": last("Video"),
    "a video without its id": missing("Video/ResourceReference"),
    "an invented type of video": said("Video/Type", "Cartoon"),
    "an invented video codec": said("VideoCodecType", "Celluloid"),
    "an invented codec of its sound": said("Video//AudioCodecType", "Wax"),
    "a frame rate in words": said("FrameRate", "24 a second"),
    "a file before its measures": last("Video//ImageHeight"),
    "one ISRC for a video and a recording": copied("Video//ISRC", "SoundRecording//ISRC"),
    "a video without its track release": missing("TrackRelease[3]"),
    "an invented type of image": said("Image[2]/Type", "Sketch"),
    "an invented type of text": said("Text/Type", "Poem"),
    "an invented text format": said("TextCodecType", "Papyrus"),
    "a text that is linked from nowhere": missing(f"Release/ResourceGroup/{_LINK}[2]"),
    "a recording as lyrics": copied(
        f"ResourceGroupContentItem/{_LINK}", "SoundRecording/ResourceReference"
    ),
    "a text for sale": copied("TrackRelease/ReleaseResourceReference", "Text/ResourceReference"),
    "an invented relation of recordings": said(
        "RelatedResource/ResourceRelationshipType", "IsCousinOf"
    ),
    "a related recording before the relation": last("RelatedResource/ResourceRelationshipType"),
    "a work without its kind of group": attribute(_WORK, "ResourceGroupType", None),
    "an invented kind of group": attribute(_WORK, "ResourceGroupType", "Symphony"),
    "a disc's id behind its tracks": last("Release/ResourceGroup/ResourceGroup/ReleaseId"),
    "a work before its title": last(f"{_WORK}/DisplayTitleText"),
}
"""What breaks it in any version."""

_FROM_4_3: dict[str, Break] = {
    "a clip in a group": clip_in_a_group,
    "a clip with a track release": named("ClipRelease", "TrackRelease"),
    "a clip without a release": missing("ClipRelease"),
    "a track with the release of a clip": track_as_a_clip,
    "a track release behind those of clips": last("TrackRelease"),
    "a clip that is a part of nothing": said("ResourceRelatedResourceReference", "A999"),
    "one ISRC for two editions": copied(
        "SoundRecordingEdition[2]//ISRC", "SoundRecordingEdition[1]//ISRC"
    ),
    "an invented edition": said("SoundRecordingEdition[2]/Type", "Quadraphonic"),
    "an invented layout": said("SoundRecordingEdition[2]/RecordingMode", "Everywhere"),
    "an invented kind of file": said("Video//DeliveryFile/Type", "Reel"),
    "a preview of which nothing is expressed": missing("ClipDetails/ExpressionType"),
    "a preview's file before its kind": last("ClipDetails/ClipType"),
    "a timing without a beginning": missing("RelatedResource/Timing/StartPoint"),
}
_BY_VERSION: dict[str, dict[str, Break]] = {
    "4.2": {
        "a preview, perhaps": said("IsPreview", "perhaps"),
        "a preview of which nothing is expressed": missing("PreviewDetails/ExpressionType"),
        "a beginning in seconds": said("RelatedResource/Timing/StartPoint", "30"),
        "an edition before its time": named("Video/ResourceId", "VideoEdition"),
        "AI before its time": after("SoundRecording/ParentalWarningType", "ContainsAI", "All"),
        "an invented kind of title": attribute("AdditionalTitle", "TitleType", "Opus"),
    },
    "4.3": {
        **_FROM_4_3,
        "AI before its time": after("SoundRecording/ParentalWarningType", "ContainsAI", "All"),
        "an invented kind of title": attribute("AdditionalTitle", "TitleType", "Opus"),
    },
    "4.3.2": {
        **_FROM_4_3,
        "an invented part of AI": said("ContainsAI", "Mostly"),
        "an invented part of AI in a contribution": said("AiContribution", "Mostly"),
        "a title of ERN 4.3": named("GroupingTitle", "AdditionalTitle"),
    },
}
RICH_UNSEEN = {
    *("one ISRC for a video and a recording", "a video without its track release"),
    *("a text that is linked from nowhere", "a recording as lyrics", "a text for sale"),
    *("a clip in a group", "a clip with a track release", "a clip without a release"),
    *("a track with the release of a clip", "a clip that is a part of nothing"),
    "one ISRC for two editions",
}
"""What libxml2 lets pass of these."""


def rich_breaks(version: str) -> dict[str, Break]:
    """The breaks of a version of ERN 4 by name."""
    return {**RICH_4, **_BY_VERSION[version]}
