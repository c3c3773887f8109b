"""Codes of identifiers."""

from __future__ import annotations

from stardust_gitops.rules.registry import documented

IDENTIFIERS = (
    documented(
        "SG1301",
        "no ICPN",
        "A wrong check digit is a typing error; recipients refuse it.",
        'icpn: "4006381333932"',
        "give the right ICPN",
        "GS1 General Specifications; BR04",
    ),
    documented(
        "SG1302",
        "no ISRC",
        "Recordings with a malformed ISRC are refused or merged with others.",
        "isrc: GBXYZ26",
        "give the right ISRC",
        "ISO 3901; BR03",
    ),
    documented(
        "SG1303",
        "no ISNI",
        "A wrong ISNI credits somebody else.",
        "isni: 0000000121032684",
        "give the right ISNI",
        "ISO 27729 (check character: ISO 7064 MOD 11-2)",
    ),
    documented(
        "SG1304",
        "no DPID",
        "It is the address of a sender or recipient in every message.",
        "sender: {dpid: ALPHATIDE}",
        "give the right DPID",
        "DDEX Party Identifier",
    ),
    documented(
        "SG1305",
        "no territory",
        "DDEX takes ISO 3166-1 codes; the United Kingdom is GB.",
        "territories: [UK]",
        "use ISO 3166-1 alpha-2 codes, Worldwide or a group",
        "DDEX territory codes; BR14",
    ),
    documented(
        "SG1306",
        "no value of DDEX's set",
        "Recipients refuse words that the standard does not have.",
        "type: LongPlayer",
        "use one of DDEX's values",
        "DDEX allowed value sets",
    ),
    documented(
        "SG1307",
        "no IPI name number",
        "A wrong number pays somebody else.",
        "ipi: 123",
        "give the right IPI name number",
        "CISAC IPI",
    ),
    documented(
        "SG1308",
        "no ISWC",
        "A wrong work is credited and paid.",
        "iswc: T-034.524.680-2",
        "give the right ISWC",
        "ISO 15707",
    ),
    documented(
        "SG1310",
        "no GRid",
        "A wrong identifier names another release.",
        "grid: A1-2425G-ABC1234002-N",
        "give the right GRid",
        "DDEX GRid; ISO 7064 mod 37,36",
    ),
    documented(
        "SG1311",
        "a value that is left to be defined",
        "UserDefined asks for a word of one's own and for its namespace; without them a message is"
        " refused, and no recipient could know the word.",
        "type: UserDefined",
        "use DDEX's value that comes nearest",
        "BR10 (DDEX Schematron: UserDefined with UserDefinedValue and Namespace)",
    ),
)
