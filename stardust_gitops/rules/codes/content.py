"""Codes of resolving a release, and of what a plan sees of it."""

from __future__ import annotations

from stardust_gitops.diagnostics import Severity
from stardust_gitops.rules.registry import documented

_ERN = "DDEX ERN 4.3 (mandatory elements)"

CONTENT = (
    documented(
        "SG2001",
        "a finished release or track lacks something",
        "A message cannot be made without it, and nothing is invented.",
        "status: active   # and no release_date:",
        "add what the message names, or set  status: draft",
        _ERN,
    ),
    documented(
        "SG2005",
        "the release's parental warning contradicts its tracks",
        "A release is explicit if any of its tracks is; recipients check it.",
        "parental_warning: NotExplicit   # and a track that is Explicit",
        "remove parental_warning from the release: it follows from the tracks",
        "BR20",
    ),
    documented(
        "SG2006",
        "no main artist",
        "A release or track without one is refused.",
        "artists: [{name: Ada Quill, role: FeaturedArtist}]",
        "give at least one artist without  role: FeaturedArtist",
        "BR06 (DDEX Schematron; PrimaryArtistNameMissing)",
    ),
    documented(
        "SG2101",
        "no deal is left for a target",
        "A release without a deal is never shown.",
        "deals: [{offer: download}]   # and a target that takes only streaming",
        "add a deal with an offer that the target takes, or leave it out of targets:",
        "BR11 (NoDealInNewReleaseMessage)",
    ),
    documented(
        "SG2102",
        "a target has no word for a price code",
        "Every recipient has its own price codes; none is invented.",
        "deals: [{offer: download, price_code: Mid}]   # prices: of the target lacks Mid",
        "add the code to prices: in the target's file",
        "recipients' delivery specifications",
    ),
    documented(
        "SG2103",
        "a target has no word for a genre",
        "Every recipient has its own genres; none is invented.",
        "genre: HOUSE-00   # and a genre map without it",
        "add the genre to the map, or a fallback",
        "recipients' delivery specifications",
    ),
    documented(
        "SG2130",
        "no track is left for a target",
        "A release without a track is none; a stand-alone clip is no track of it.",
        "leave_out: [videos]   # in a target, and a release of one video",
        "leave the target out of targets: of the release, or less out of the target's leave_out:",
        "DDEX ERN 4.3 (ResourceList, ResourceGroup)",
    ),
    documented(
        "SG2190",
        "the recipient's lead time will be missed",
        "The release may not be live on its street date.",
        "release_date: 2026-12-04   # in two days, and lead_time: {new: 5d}",
        "move the release date, or tell the recipient; it is sent all the same",
        "the target's lead_time:",
        Severity.WARNING,
    ),
    documented(
        "SG2191",
        "other audio under the same ISRC",
        "Audio of another length is another recording; charts and royalties would be mixed up.",
        "audio: assets/radio-edit.flac   # under the ISRC of the full version",
        "give another recording an ISRC of its own; it is sent all the same",
        "ISRC Handbook (when a new ISRC is needed)",
        Severity.WARNING,
    ),
    documented(
        "SG2904",
        "a suppression that suppresses nothing",
        "It would silently accept the next thing of that kind.",
        "suppress: [{rule: SG2107, reason: prices follow}]   # the prices are there",
        "remove it",
        "settings of the rules",
        Severity.NOTE,
    ),
)
