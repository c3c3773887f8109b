"""The types of ERN 4.3's messages as far as we write them; notation: `structure`.

Cardinalities are the standard's own, also where we always write one: neither this table nor the
official XSD may accept, of what we write, what the other refuses. Some elements that others often
write are read too. A version that differs replaces lines, or parts of them (`line`).
"""

from __future__ import annotations

from collections.abc import Mapping

_DEFAULT = "@ApplicableTerritoryCode:{CurrentTerritoryCode} @IsDefault:boolean"
_LANGUAGE = "@LanguageAndScriptCode:langcode"
_USER_DEFINED = "@Namespace @UserDefinedValue"
TITLES = "DisplayTitleText+ DisplayTitle+ AdditionalTitle*"
VIDEO_FACTS = (
    "ContainerFormat:{ContainerFormat}? VideoCodecType? FrameRate? ImageHeight:Extent? "
    "ImageWidth:Extent? AudioCodecType? NumberOfAudioChannels:integer? "
    "AudioSamplingRate:SamplingRate? AudioBitsPerSample:integer?"
)
_GROUP_ITEMS = (
    "DisplayTitleText* DisplayTitle* AdditionalTitle* SequenceNumber:integer? ReleaseId? "
    "ResourceGroup:ResourceSubGroup* ResourceGroupContentItem* LinkedReleaseResourceReference*"
)

TYPES: Mapping[str, str] = {
    "NewReleaseMessage": (
        "MessageHeader PartyList ResourceList ReleaseList DealList? SupplementalDocumentList? "
        "@LanguageAndScriptCode!:langcode @AvsVersionId! "
        "@ReleaseProfileVersionId:{ReleaseProfileVersionId} "
        "@ReleaseProfileVariantVersionId:{ReleaseProfileVariantVersionId}"
    ),
    "PurgeReleaseMessage": (
        "MessageHeader PurgedRelease @LanguageAndScriptCode!:langcode @AvsVersionId!"
    ),
    "PurgedRelease": "ReleaseId? Title*",
    "Title": "TitleText SubTitle:string? @TitleType:{AdditionalTitleType}",
    # header
    "MessageHeader": (
        "MessageThreadId? MessageId MessageSender:MessagingParty SentOnBehalfOf:MessagingParty? "
        "MessageRecipient:MessagingParty+ MessageCreatedDateTime:dateTime "
        "MessageControlType:{MessageControlType}?"
    ),
    "MessagingParty": "PartyId:dpid PartyName:MessagingPartyName?",
    "MessagingPartyName": "FullName",
    # parties
    "PartyList": "Party+",
    "Party": "PartyReference:P (PartyId+ | PartyName+ PartyId*)",
    "PartyName": "FullName FullNameIndexed? @LanguageAndScriptCode",
    "PartyId": "ISNI? IpiNameNumber:ipi? IPN? ProprietaryId*",
    "ProprietaryId": "=string @Namespace!",
    # resources
    "ResourceList": "SoundRecording* Video* Image* Text*",
    "SoundRecording": (
        "ResourceReference:A Type:{SoundRecordingType} SoundRecordingEdition+ WorkId* "
        + TITLES
        + " DisplayArtistName+ DisplayArtist+ Contributor* ResourceRightsController* "
        "Duration:duration CreationDate? FirstPublicationDate:isoDate* "
        "ParentalWarningType:{ParentalWarningType}+ RelatedResource* IsCover:boolean? "
        "HasVocalPerformance:boolean? IsInstrumental:boolean? ContainsHiddenContent:boolean? "
        "LanguageOfPerformance:langcode*"
    ),
    "CreationDate": "=isoDate @IsApproximate:boolean",
    "SoundRecordingEdition": (
        "Type:{EditionType}? ResourceId:SoundRecordingId+ PLine* RecordingMode:{RecordingMode}? "
        "TechnicalDetails:TechnicalSoundRecordingDetails*"
    ),
    "SoundRecordingId": "ISRC? @IsReplaced:boolean",
    "WorkId": "ISWC?",
    "TechnicalSoundRecordingDetails": (
        "TechnicalResourceDetailsReference:T DeliveryFile:AudioDeliveryFile* "
        "ClipDetails:SoundRecordingClipDetails*"
    ),
    "SoundRecordingClipDetails": (
        "TechnicalResourceDetailsReference:T ClipType:{ClipType} Timing* "
        "ExpressionType:{ExpressionType} DeliveryFile:AudioDeliveryFile*"
    ),
    "Timing": "StartPoint:decimal DurationUsed:duration*",
    "AudioDeliveryFile": (
        "Type:audioFile ContainerFormat:{ContainerFormat}? AudioCodecType? "
        "NumberOfChannels? SamplingRate? BitsPerSample:integer? File? IsProvidedInDelivery:boolean?"
    ),
    "AudioCodecType": f"={{AudioCodecType}} {_USER_DEFINED}",
    "SamplingRate": "=decimal @UnitOfMeasure:{UnitOfFrequency}",
    "File": "URI HashSum? FileSize:decimal?",
    "HashSum": "Algorithm:{HashSumAlgorithmType} HashSumValue",
    "RelatedResource": (
        "ResourceRelationshipType:{ResourceRelationshipType} "
        "(ResourceRelatedResourceReference:A | ResourceId:RelatedResourceId) Timing*"
    ),
    "RelatedResourceId": "ISRC? @IsReplaced:boolean",
    "Video": (
        "ResourceReference:A Type:VideoType VideoEdition+ WorkId* "
        + TITLES
        + " DisplayArtistName+ DisplayArtist+ Contributor* ResourceRightsController* "
        "Duration:duration CreationDate? ParentalWarningType:{ParentalWarningType}+ "
        "RelatedResource* IsCover:boolean? HasVocalPerformance:boolean? IsInstrumental:boolean? "
        "ContainsHiddenContent:boolean? LanguageOfPerformance:langcode*"
    ),
    "VideoType": f"={{VideoType_ERN43}} {_USER_DEFINED}",
    "VideoEdition": (
        "Type:{EditionType}? ResourceId:VideoId+ PLine* CLine* RecordingMode:{RecordingMode}? "
        "TechnicalDetails:TechnicalVideoDetails*"
    ),
    "VideoId": "ISRC? @IsReplaced:boolean",
    "TechnicalVideoDetails": (
        "TechnicalResourceDetailsReference:T DeliveryFile:VideoDeliveryFile* "
        "ClipDetails:VideoClipDetails*"
    ),
    "VideoClipDetails": (
        "TechnicalResourceDetailsReference:T ClipType:{ClipType} Timing* "
        "ExpressionType:{ExpressionType} DeliveryFile:VideoDeliveryFile*"
    ),
    "VideoDeliveryFile": (
        "Type:{DeliveryFileType} " + VIDEO_FACTS + " File? IsProvidedInDelivery:boolean?"
    ),
    "VideoCodecType": f"={{VideoCodecType}} {_USER_DEFINED}",
    "FrameRate": "=decimal",
    "Image": (
        "ResourceReference:A Type:{ImageType} ResourceId:ResourceProprietaryId+ "
        "CLine* ParentalWarningType:{ParentalWarningType}* TechnicalDetails:TechnicalImageDetails*"
    ),
    "ResourceProprietaryId": "ProprietaryId+",
    "TechnicalImageDetails": (
        "TechnicalResourceDetailsReference:T ImageCodecType:{ImageCodecType}? ImageHeight:Extent? "
        "ImageWidth:Extent? ImageResolution:integer? File? IsProvidedInDelivery:boolean?"
    ),
    "Extent": "=decimal @UnitOfMeasure:{UnitOfExtent}",
    "Text": (
        "ResourceReference:A Type:{TextType} ResourceId:TextId* "
        "ParentalWarningType:{ParentalWarningType}* TechnicalDetails:TechnicalTextDetails* "
        "LanguageOfText:langcode*"
    ),
    "TextId": "ProprietaryId*",
    "TechnicalTextDetails": (
        "TechnicalResourceDetailsReference:T TextCodecType:{TextCodecType}? File? "
        "IsProvidedInDelivery:boolean?"
    ),
    # what resources and releases share
    "DisplayTitleText": f"=string {_LANGUAGE} {_DEFAULT}",
    "DisplayTitle": f"TitleText SubTitle* {_LANGUAGE} {_DEFAULT}",
    "AdditionalTitle": (
        f"TitleText SubTitle* @TitleType:{{AdditionalTitleType}} {_USER_DEFINED} {_LANGUAGE} "
        f"{_DEFAULT}"
    ),
    "SubTitle": "=string @SubTitleType:{SubTitleType} @IsDisplayedInTitle:boolean",
    "DisplayArtistName": f"=string @LanguageAndScriptCode {_DEFAULT}",
    "DisplayArtist": (
        "ArtistPartyReference:P DisplayArtistRole:{DisplayArtistRole} @SequenceNumber:integer"
    ),
    "Contributor": (
        "ContributorPartyReference:P Role:ContributorRole* InstrumentType* @SequenceNumber:integer"
    ),
    "ContributorRole": f"={{ContributorRole}} {_USER_DEFINED}",
    "InstrumentType": f"={{InstrumentType}} {_USER_DEFINED}",
    "ResourceRightsController": (
        "RightsControllerPartyReference:P RightsControlType:{RightsControllerRole}* "
        "RightSharePercentage:decimal? DelegatedUsageRights* @SequenceNumber:integer"
    ),
    "DelegatedUsageRights": (
        "UseType:{UseType_ERN}+ PeriodOfRightsDelegation? "
        "TerritoryOfRightsDelegation:{AllTerritoryCode}*"
    ),
    "PeriodOfRightsDelegation": "StartDate:isoDate? EndDate:isoDate?",
    "PLine": f"Year:gYear? PLineCompany? PLineText {_DEFAULT}",
    "CLine": f"Year:gYear? CLineCompany? CLineText {_DEFAULT}",
    "Genre": f"GenreText SubGenre? {_DEFAULT}",
    # releases
    "ReleaseList": "Release? TrackRelease* ClipRelease*",
    "Release": (
        "ReleaseReference:R ReleaseType+ ReleaseId "
        + TITLES
        + " DisplayArtistName+ DisplayArtist+ ReleaseLabelReference+ PLine* CLine* "
        "Duration:duration? Genre+ ReleaseDate:EventDate* OriginalReleaseDate:EventDate* "
        "ReleaseVisibilityReference:V* ParentalWarningType:{ParentalWarningType}+ RelatedRelease* "
        "(IsSingleArtistCompilation:boolean | IsMultiArtistCompilation:boolean)? ResourceGroup "
        "Keywords:LocalText* MarketingComment:LocalText*"
    ),
    "ReleaseType": f"={{ReleaseType_ERN4}} {_USER_DEFINED}",
    "RelatedRelease": "ReleaseRelationshipType ReleaseId",
    "ReleaseRelationshipType": f"={{ReleaseRelationshipType}} {_USER_DEFINED}",
    "LocalText": f"=string {_DEFAULT}",
    "ReleaseId": "GRid? ICPN? CatalogNumber? ProprietaryId*",
    "CatalogNumber": "=string @Namespace!",
    "ReleaseLabelReference": f"=P @LabelType:{{LabelType}} {_USER_DEFINED} {_DEFAULT}",
    "EventDate": "=isoDate @ApplicableTerritoryCode:{AllTerritoryCode} @IsDefault:boolean",
    "ResourceGroup": _GROUP_ITEMS,
    "ResourceSubGroup": _GROUP_ITEMS + " @ResourceGroupType!:{ResourceGroupType}",
    "ResourceGroupContentItem": (
        "SequenceNumber:integer? ReleaseResourceReference:A LinkedReleaseResourceReference* "
        "IsBonusResource:boolean?"
    ),
    "LinkedReleaseResourceReference": f"=A @LinkDescription:{{LinkDescription}} {_USER_DEFINED}",
    "TrackRelease": (
        "ReleaseReference:R ReleaseId ReleaseResourceReference:A LinkedReleaseResourceReference* "
        "ReleaseLabelReference+ Genre+"
    ),
    "ClipRelease": (
        "ReleaseReference:R ReleaseId ReleaseResourceReference:A ReleaseLabelReference+ Genre+"
    ),
    "SupplementalDocumentList": "SupplementalDocument+",
    "SupplementalDocument": "URI",
    # deals
    "DealList": "ReleaseDeal+ ReleaseVisibility*",
    "ReleaseDeal": "DealReleaseReference:R+ Deal+",
    "Deal": "DealTerms?",
    "DealTerms": (
        "(TerritoryCode:{CurrentTerritoryCode}+ | ExcludedTerritoryCode:{CurrentTerritoryCode}+)? "
        "ValidityPeriod+ CommercialModelType:{CommercialModelType_ERN}* UseType:{UseType_ERN}* "
        "RightsClaimPolicy* PriceInformation* IsPreOrderDeal:boolean? "
        "InstantGratificationResourceList?"
    ),
    "RightsClaimPolicy": "RightsClaimPolicyType:{RightsClaimPolicyType}",
    "InstantGratificationResourceList": "DealResourceReference:A+",
    "ValidityPeriod": (
        "(StartDate:isoDate EndDate:isoDate? | StartDateTime:dateTime EndDateTime:dateTime?)"
    ),
    "PriceInformation": "PriceCode? WholesalePricePerUnit:Price?",
    "PriceCode": "=string @Namespace!",
    "Price": "=decimal @CurrencyCode!:{CurrencyCode}",
    "ReleaseVisibility": (
        "VisibilityReference:V ReleaseDisplayStartDateTime:dateTime? "
        "CoverArtPreviewStartDateTime:dateTime? FullTrackListingPreviewStartDateTime:dateTime?"
    ),
}


def line(name: str, changes: Mapping[str, str]) -> str:
    """The line of a type with parts replaced. Raises `ValueError` where a part is not in it."""
    changed = TYPES[name]
    for old, new in changes.items():
        if old not in changed:
            raise ValueError(f"{old!r} is not in the line of {name}")
        changed = changed.replace(old, new)
    return changed
