"""ERN 4.2 (2020)."""

from __future__ import annotations

from stardust_gitops.messages.ern.v4.tables import TITLES, TYPES, VIDEO_FACTS, line
from stardust_gitops.messages.ern.version import Dialect, Version

_NO_AVS_VERSION = {" @AvsVersionId!": ""}

ERN_42 = Version(
    name="4.2",
    shape="4",
    folder="42",
    namespace="http://ddex.net/xml/ern/42",
    dialect=Dialect(
        editions=False,
        recording_mode="AudioChannelConfiguration",
        delivery_file=False,
        container_format=False,
        clip_details=False,
        language_of_text=False,
        timing_in_seconds=False,
        video_types="VideoType",
    ),
    types={
        **TYPES,
        "NewReleaseMessage": line("NewReleaseMessage", _NO_AVS_VERSION),
        "PurgeReleaseMessage": line("PurgeReleaseMessage", _NO_AVS_VERSION),
        "SoundRecording": (
            "ResourceReference:A Type:{SoundRecordingType} ResourceId:SoundRecordingId+ WorkId* "
            + TITLES
            + " DisplayArtistName+ DisplayArtist+ Contributor* ResourceRightsController* PLine* "
            "Duration:duration CreationDate? FirstPublicationDate:isoDate* "
            "ParentalWarningType:{ParentalWarningType}+ RelatedResource* IsCover:boolean? "
            "IsInstrumental:boolean? ContainsHiddenContent:boolean? "
            "LanguageOfPerformance:langcode* AudioChannelConfiguration:{RecordingMode}? "
            "TechnicalDetails:TechnicalSoundRecordingDetails*"
        ),
        "TechnicalSoundRecordingDetails": (
            "TechnicalResourceDetailsReference:T AudioCodecType? "
            "NumberOfChannels:integer? SamplingRate? BitsPerSample:integer? IsPreview:boolean? "
            "PreviewDetails:SoundRecordingPreviewDetails? File? IsProvidedInDelivery:boolean?"
        ),
        "SoundRecordingPreviewDetails": (
            "StartPoint:decimal? Duration:duration? ExpressionType:{ExpressionType}"
        ),
        "Timing": "StartPoint:duration? DurationUsed:duration?",
        "Video": (
            "ResourceReference:A Type:VideoType ResourceId:VideoId* WorkId* "
            + TITLES
            + " DisplayArtistName+ DisplayArtist+ Contributor* ResourceRightsController* PLine* "
            "CLine* Duration:duration CreationDate? ParentalWarningType:{ParentalWarningType}+ "
            "RelatedResource* IsCover:boolean? IsInstrumental:boolean? "
            "ContainsHiddenContent:boolean? LanguageOfPerformance:langcode* "
            "TechnicalDetails:TechnicalVideoDetails*"
        ),
        "VideoType": line("VideoType", {"VideoType_ERN43": "VideoType"}),
        "TechnicalVideoDetails": (
            "TechnicalResourceDetailsReference:T "
            + VIDEO_FACTS
            + " IsPreview:boolean? PreviewDetails:SoundRecordingPreviewDetails? File? "
            "IsProvidedInDelivery:boolean?"
        ),
        "Text": line("Text", {" LanguageOfText:langcode*": ""}),
        "ReleaseList": line("ReleaseList", {" ClipRelease*": ""}),
        "ResourceRightsController": line(
            "ResourceRightsController", {"DelegatedUsageRights*": "DelegatedUsageRights+"}
        ),
        "Release": line(
            "Release", {"ReleaseVisibilityReference:V*": "ReleaseVisibilityReference:V?"}
        ),
    },
    message_xsd="release-notification.xsd",
    values_xsd="avs20200518.xsd",
    values_namespace="http://ddex.net/xml/avs/avs",
    digests={
        "release-notification.xsd": (
            "1c535db929eb3809e7dd59d12be5f36b1281a8840f1e87e4cd391b00968bf2c5"
        ),
        "avs20200518.xsd": ("5e6a6e3641cb7f7491d7f0a1802a2f83d37f66c81674042279105b38c65efd88"),
    },
)
