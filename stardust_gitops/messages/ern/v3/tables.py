"""The types of ERN 3.8 as far as we write them, and a little more that others write of the same;
notation: `structure`.

Cardinalities are the standard's own, also where we always write one: neither this table nor the
official XSD may accept, of what we write, what the other refuses. 3.8.3 has the same lines: it
differs in its allowed values.
"""

from __future__ import annotations

from collections.abc import Mapping

_PARTY = "(PartyId+ | PartyName+ PartyId*)"
_TERRITORIES = (
    "(TerritoryCode:{CurrentTerritoryCode}+ | ExcludedTerritoryCode:{CurrentTerritoryCode}+)"
)
_USER_DEFINED = "@Namespace @UserDefinedValue"
_LANGUAGE = "@LanguageAndScriptCode"
_RIGHTS_LINES = "PLine* CLine*"
_RECORDED = (
    "Title* DisplayArtist:Artist* DisplayConductor:Artist* ResourceContributor* "
    "IndirectResourceContributor* DisplayArtistName:Name* LabelName* RightsController* "
    "ResourceReleaseDate:EventDate? PLine* Genre* ParentalWarningType:{ParentalWarningType}*"
)
_TECHNICAL = "TechnicalResourceDetailsReference:T"
_PREVIEW = "IsPreview:boolean? PreviewDetails? File*"

TYPES: Mapping[str, str] = {
    "NewReleaseMessage": (
        "MessageHeader UpdateIndicator:{UpdateIndicator}? IsBackfill:boolean? ResourceList "
        "ReleaseList DealList? @MessageSchemaVersionId! @BusinessProfileVersionId "
        "@ReleaseProfileVersionId @LanguageAndScriptCode"
    ),
    "PurgeReleaseMessage": (
        "MessageHeader PurgedRelease @MessageSchemaVersionId! @LanguageAndScriptCode"
    ),
    "PurgedRelease": "ReleaseId? Title*",
    # header
    "MessageHeader": (
        "MessageThreadId? MessageId MessageSender:MessagingParty SentOnBehalfOf:MessagingParty? "
        "MessageRecipient:MessagingParty+ MessageCreatedDateTime:dateTime "
        "MessageControlType:{MessageControlType}?"
    ),
    "MessagingParty": "PartyId+ PartyName?",
    # parties, said again wherever they are meant
    "PartyId": "=string @Namespace @IsISNI:boolean",
    "PartyName": f"FullName {_LANGUAGE}",
    "Name": f"=string {_LANGUAGE}",
    "Artist": f"{_PARTY} ArtistRole:{{ArtistRole}}+ @SequenceNumber:integer",
    "ResourceContributor": (
        f"{_PARTY} ResourceContributorRole* InstrumentType* @SequenceNumber:integer"
    ),
    "ResourceContributorRole": f"={{ResourceContributorRole}} {_USER_DEFINED}",
    "IndirectResourceContributor": (
        f"{_PARTY} IndirectResourceContributorRole:{{MusicalWorkContributorRole}}* "
        "@SequenceNumber:integer"
    ),
    "RightsController": (
        f"{_PARTY} RightsControllerRole:{{RightsControllerRole}}* RightSharePercentage:decimal? "
        "@SequenceNumber:integer"
    ),
    # what resources and releases share
    "ReferenceTitle": "TitleText SubTitle?",
    "Title": f"TitleText SubTitle:TypedSubTitle* {_LANGUAGE} @TitleType:{{TitleType}}",
    "TypedSubTitle": "=string @SubTitleType",
    "LabelName": "=string @LabelNameType:{LabelNameType}",
    "PLine": "Year:gYear? PLineCompany? PLineText",
    "CLine": "Year:gYear? CLineCompany? CLineText",
    "Genre": "GenreText SubGenre?",
    "EventDate": "=isoDate @IsApproximate:boolean @IsBefore:boolean @IsAfter:boolean",
    "ProprietaryId": "=string @Namespace!",
    "CatalogNumber": "=string @Namespace!",
    # resources
    "ResourceList": "SoundRecording* Video* Image* Text*",
    "SoundRecording": (
        "SoundRecordingType? SoundRecordingId+ "
        "IndirectSoundRecordingId:MusicalWorkId* ResourceReference:A ReferenceTitle "
        "IsInstrumental:boolean? LanguageOfPerformance:{IsoLanguageCode}? Duration:duration "
        "SoundRecordingDetailsByTerritory+ @IsUpdated:boolean"
    ),
    "SoundRecordingType": f"={{SoundRecordingType}} {_USER_DEFINED}",
    "SoundRecordingId": "ISRC? @IsReplaced:boolean",
    "MusicalWorkId": "ISWC?",
    "SoundRecordingDetailsByTerritory": (
        f"{_TERRITORIES} {_RECORDED} TechnicalSoundRecordingDetails*"
    ),
    "TechnicalSoundRecordingDetails": (
        f"{_TECHNICAL} ContainerFormat:{{ContainerFormat}}? AudioCodecType? "
        f"NumberOfChannels:integer? SamplingRate? BitsPerSample:integer? {_PREVIEW}"
    ),
    "AudioCodecType": f"={{AudioCodecType}} {_USER_DEFINED}",
    "SamplingRate": "=decimal @UnitOfMeasure:{UnitOfFrequency}",
    "PreviewDetails": "StartPoint:decimal? Duration:duration? ExpressionType:{ExpressionType}",
    "File": "FileName FilePath? HashSum:HashSumOfFile?",
    "HashSumOfFile": "HashSum HashSumAlgorithmType:{HashSumAlgorithmType}",
    "Video": (
        "VideoType? VideoId* IndirectVideoId:MusicalWorkId* ResourceReference:A ReferenceTitle? "
        "IsInstrumental:boolean? LanguageOfPerformance:{IsoLanguageCode}* Duration:duration "
        "VideoDetailsByTerritory+ @IsUpdated:boolean"
    ),
    "VideoType": f"={{VideoType}} {_USER_DEFINED}",
    "VideoId": "ISRC? @IsReplaced:boolean",
    "VideoDetailsByTerritory": f"{_TERRITORIES} {_RECORDED} TechnicalVideoDetails*",
    "TechnicalVideoDetails": (
        f"{_TECHNICAL} ContainerFormat:{{ContainerFormat}}? VideoCodecType? FrameRate:decimal? "
        "ImageHeight:Extent? ImageWidth:Extent? AudioCodecType? NumberOfAudioChannels:integer? "
        f"AudioSamplingRate:SamplingRate? {_PREVIEW}"
    ),
    "VideoCodecType": f"={{VideoCodecType}} {_USER_DEFINED}",
    "Image": (
        "ImageType:{ImageType}? ImageId:ResourceProprietaryId+ ResourceReference:A "
        "ImageDetailsByTerritory+ @IsUpdated:boolean"
    ),
    "ResourceProprietaryId": "ProprietaryId+",
    "ImageDetailsByTerritory": (
        f"{_TERRITORIES} ParentalWarningType:{{ParentalWarningType}}* TechnicalImageDetails*"
    ),
    "TechnicalImageDetails": (
        f"{_TECHNICAL} ImageCodecType:{{ImageCodecType}}? ImageHeight:Extent? "
        "ImageWidth:Extent? ImageResolution:integer? File*"
    ),
    "Extent": "=decimal @UnitOfMeasure:{UnitOfExtent}",
    "Text": (
        "TextType:{TextType}? TextId* ResourceReference:A "
        "TextDetailsByTerritory+ @IsUpdated:boolean"
    ),
    "TextId": "ProprietaryId* @IsReplaced:boolean",
    "TextDetailsByTerritory": f"{_TERRITORIES} TechnicalTextDetails*",
    "TechnicalTextDetails": f"{_TECHNICAL} TextCodecType? File*",
    "TextCodecType": f"={{TextCodecType}} {_USER_DEFINED}",
    # releases
    "ReleaseList": "Release*",
    "Release": (
        "ReleaseId+ ReleaseReference:R* ReferenceTitle ReleaseResourceReferenceList ReleaseType* "
        f"ReleaseDetailsByTerritory+ Duration:duration? {_RIGHTS_LINES} "
        "GlobalReleaseDate:EventDate? GlobalOriginalReleaseDate:EventDate? @IsMainRelease:boolean"
    ),
    "ReleaseId": "GRid? ISRC? ICPN? CatalogNumber? ProprietaryId*",
    "ICPN": "=string @IsEan:boolean",
    "ReleaseType": f"={{ReleaseType}} {_USER_DEFINED}",
    "ReleaseResourceReferenceList": "ReleaseResourceReference+",
    "ReleaseResourceReference": "=A @ReleaseResourceType:{ReleaseResourceType}",
    "ReleaseDetailsByTerritory": (
        f"{_TERRITORIES} DisplayArtistName:Name* LabelName* Title* DisplayArtist:Artist* "
        "IsMultiArtistCompilation:boolean? ReleaseType* RelatedRelease* "
        "ParentalWarningType:{ParentalWarningType}* MarketingComment? ResourceGroup* Genre* "
        "ReleaseDate:EventDate? OriginalReleaseDate:EventDate? Keywords*"
    ),
    "RelatedRelease": "ReleaseId+ ReleaseRelationshipType",
    "ReleaseRelationshipType": f"={{ReleaseRelationshipType}} {_USER_DEFINED}",
    "ResourceGroup": (
        "Title* SequenceNumber:integer? ResourceGroup* ResourceGroupContentItem* ReleaseId?"
    ),
    "ResourceGroupContentItem": (
        "SequenceNumber:integer? ResourceType:{ResourceType}* ReleaseResourceReference "
        "LinkedReleaseResourceReference* "
        "IsHiddenResource:boolean? IsBonusResource:boolean?"
    ),
    "LinkedReleaseResourceReference": f"=A @LinkDescription {_LANGUAGE}",
    # deals
    "DealList": "ReleaseDeal*",
    "ReleaseDeal": "DealReleaseReference:R+ Deal+",
    "Deal": "DealTerms?",
    "DealTerms": (
        "IsPreOrderDeal:boolean? CommercialModelType:{CommercialModelType}* "
        f"(Usage+ | TakeDown:boolean) {_TERRITORIES} PriceInformation* ValidityPeriod+ "
        "PreOrderReleaseDate:EventDate? (ReleaseDisplayStartDate:isoDate "
        "TrackListingPreviewStartDate:isoDate CoverArtPreviewStartDate:isoDate "
        "ClipPreviewStartDate:isoDate | ReleaseDisplayStartDateTime:dateTime "
        "TrackListingPreviewStartDateTime:dateTime CoverArtPreviewStartDateTime:dateTime "
        "ClipPreviewStartDateTime:dateTime)? InstantGratificationResourceList? RightsClaimPolicy*"
    ),
    "Usage": "UseType:{UseType}+",
    "PriceInformation": "PriceType? WholesalePricePerUnit:Price?",
    "PriceType": "=string @Namespace!",
    "Price": "=decimal @CurrencyCode!:{CurrencyCode}",
    "ValidityPeriod": (
        "(StartDate:EventDate? EndDate:EventDate? | StartDateTime:dateTime? EndDateTime:dateTime?)"
    ),
    "InstantGratificationResourceList": "DealResourceReference:A+",
    "RightsClaimPolicy": "RightsClaimPolicyType:{RightsClaimPolicyType}",
}
