"""The types of a NewReleaseMessage in ERN 4.3 as far as we write them; notation: `structure`.

Cardinalities are the standard's own, also where we always write one: neither this table nor the
official XSD may accept, of what we write, what the other refuses. A version that differs replaces
lines.
"""

from __future__ import annotations

from collections.abc import Mapping

_DEFAULT = "@ApplicableTerritoryCode:{CurrentTerritoryCode} @IsDefault:boolean"
_LANGUAGE = "@LanguageAndScriptCode:langcode"
_TITLES = "DisplayTitleText+ DisplayTitle+"
_GROUP_ITEMS = (
    "SequenceNumber:integer? ResourceGroup:ResourceSubGroup* "
    "ResourceGroupContentItem* LinkedReleaseResourceReference*"
)

TYPES: Mapping[str, str] = {
    "NewReleaseMessage": (
        "MessageHeader PartyList ResourceList ReleaseList DealList? "
        "@LanguageAndScriptCode!:langcode @AvsVersionId! "
        "@ReleaseProfileVersionId:{ReleaseProfileVersionId}"
    ),
    "PurgeReleaseMessage": (
        "MessageHeader PurgedRelease @LanguageAndScriptCode!:langcode @AvsVersionId!"
    ),
    "PurgedRelease": "ReleaseId?",
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
    "PartyName": "FullName",
    "PartyId": "ISNI? IpiNameNumber:ipi? IPN? ProprietaryId*",
    "ProprietaryId": "=string @Namespace!",
    # resources
    "ResourceList": "SoundRecording* Image*",
    "SoundRecording": (
        "ResourceReference:A Type:{SoundRecordingType} SoundRecordingEdition+ WorkId* "
        + _TITLES
        + " DisplayArtistName+ DisplayArtist+ Contributor* ResourceRightsController* "
        "Duration:duration "
        "ParentalWarningType:{ParentalWarningType}+ IsInstrumental:boolean? "
        "ContainsHiddenContent:boolean? LanguageOfPerformance:langcode*"
    ),
    "SoundRecordingEdition": (
        "Type:{EditionType}? ResourceId:SoundRecordingId+ PLine* RecordingMode:{RecordingMode}? "
        "TechnicalDetails:TechnicalSoundRecordingDetails*"
    ),
    "SoundRecordingId": "ISRC?",
    "WorkId": "ISWC?",
    "TechnicalSoundRecordingDetails": (
        "TechnicalResourceDetailsReference:T DeliveryFile:AudioDeliveryFile* "
        "ClipDetails:SoundRecordingClipDetails*"
    ),
    "SoundRecordingClipDetails": (
        "TechnicalResourceDetailsReference:T ClipType:clipType Timing* "
        "ExpressionType:expressionType"
    ),
    "Timing": "StartPoint:decimal DurationUsed:duration*",
    "AudioDeliveryFile": (
        "Type:audioFile ContainerFormat:{ContainerFormat}? AudioCodecType:{AudioCodecType}? "
        "NumberOfChannels? SamplingRate? BitsPerSample:integer? File? IsProvidedInDelivery:boolean?"
    ),
    "SamplingRate": "=decimal @UnitOfMeasure:{UnitOfFrequency}",
    "File": "URI HashSum? FileSize:decimal?",
    "HashSum": "Algorithm:{HashSumAlgorithmType} HashSumValue",
    "Image": (
        "ResourceReference:A Type:{ImageType} ResourceId:ResourceProprietaryId+ "
        "TechnicalDetails:TechnicalImageDetails*"
    ),
    "ResourceProprietaryId": "ProprietaryId+",
    "TechnicalImageDetails": (
        "TechnicalResourceDetailsReference:T ImageCodecType:{ImageCodecType}? ImageHeight:Extent? "
        "ImageWidth:Extent? File? IsProvidedInDelivery:boolean?"
    ),
    "Extent": "=decimal @UnitOfMeasure:{UnitOfExtent}",
    # what resources and releases share
    "DisplayTitleText": f"=string {_LANGUAGE} {_DEFAULT}",
    "DisplayTitle": f"TitleText SubTitle* {_LANGUAGE} {_DEFAULT}",
    "SubTitle": "=string @SubTitleType:{SubTitleType} @IsDisplayedInTitle:boolean",
    "DisplayArtistName": f"=string {_DEFAULT}",
    "DisplayArtist": (
        "ArtistPartyReference:P DisplayArtistRole:{DisplayArtistRole} @SequenceNumber:integer"
    ),
    "Contributor": (
        "ContributorPartyReference:P Role:{ContributorRole}* InstrumentType:{InstrumentType}* "
        "@SequenceNumber:integer"
    ),
    "ResourceRightsController": (
        "RightsControllerPartyReference:P RightsControlType:rightsControllerRole* "
        "RightSharePercentage:decimal? DelegatedUsageRights* @SequenceNumber:integer"
    ),
    "DelegatedUsageRights": (
        "UseType:{UseType_ERN}+ TerritoryOfRightsDelegation:{AllTerritoryCode}*"
    ),
    "PLine": f"Year:gYear? PLineCompany? PLineText {_DEFAULT}",
    "CLine": f"Year:gYear? CLineCompany? CLineText {_DEFAULT}",
    "Genre": f"GenreText SubGenre? {_DEFAULT}",
    # releases
    "ReleaseList": "Release? TrackRelease*",
    "Release": (
        "ReleaseReference:R ReleaseType:{ReleaseType_ERN4}+ ReleaseId "
        + _TITLES
        + " DisplayArtistName+ DisplayArtist+ ReleaseLabelReference+ PLine* CLine* "
        "Duration:duration? Genre+ ReleaseDate:EventDate* OriginalReleaseDate:EventDate* "
        "ReleaseVisibilityReference:V* ParentalWarningType:{ParentalWarningType}+ RelatedRelease* "
        "(IsSingleArtistCompilation:boolean | IsMultiArtistCompilation:boolean)? ResourceGroup "
        "Keywords:LocalText* MarketingComment:LocalText*"
    ),
    "RelatedRelease": "ReleaseRelationshipType:{ReleaseRelationshipType} ReleaseId",
    "LocalText": f"=string {_DEFAULT}",
    "ReleaseId": "GRid? ICPN? CatalogNumber? ProprietaryId*",
    "CatalogNumber": "=string @Namespace!",
    "ReleaseLabelReference": f"=P {_DEFAULT}",
    "EventDate": "=isoDate @ApplicableTerritoryCode:{AllTerritoryCode} @IsDefault:boolean",
    "ResourceGroup": _GROUP_ITEMS,
    "ResourceSubGroup": _GROUP_ITEMS + " @ResourceGroupType!:{ResourceGroupType}",
    "ResourceGroupContentItem": (
        "SequenceNumber:integer? ReleaseResourceReference:A LinkedReleaseResourceReference* "
        "IsBonusResource:boolean?"
    ),
    "LinkedReleaseResourceReference": "=A @LinkDescription:{LinkDescription}",
    "TrackRelease": (
        "ReleaseReference:R ReleaseId ReleaseResourceReference:A LinkedReleaseResourceReference* "
        "ReleaseLabelReference+ Genre+"
    ),
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
    "ValidityPeriod": "StartDateTime:dateTime EndDateTime:dateTime?",
    "PriceInformation": "PriceCode? WholesalePricePerUnit:Price?",
    "PriceCode": "=string @Namespace!",
    "Price": "=decimal @CurrencyCode!:{CurrencyCode}",
    "ReleaseVisibility": (
        "VisibilityReference:V ReleaseDisplayStartDateTime:dateTime? "
        "CoverArtPreviewStartDateTime:dateTime? FullTrackListingPreviewStartDateTime:dateTime?"
    ),
}
