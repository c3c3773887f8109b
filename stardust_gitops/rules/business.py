"""DDEX's business rules, and how each is held: by rules on the catalogue, or by the form itself of
what is written, so that no catalogue can break it."""

from __future__ import annotations

from typing import NamedTuple


class BusinessRule(NamedTuple):
    """A business rule: what it asks for, the rules of ours that find what breaks it, and the tests
    (``file::function``) that show that the messages hold what no rule has to look for."""

    id: str
    asks: str
    rules: tuple[str, ...] = ()
    shown_by: tuple[str, ...] = ()


_WRITER = "tests/unit/test_messages_writer.py"
_REFUSED = "tests/unit/test_messages_refused.py"
_CHECK = "tests/unit/test_messages_check.py"
_DEALS = "tests/unit/test_messages_deals.py"
_GENERATED = "tests/property/test_messages_property.py"
_ALWAYS = f"{_GENERATED}::test_every_message_passes_our_own_checks_alone"
_VERSIONS = "tests/unit/test_messages_versions.py"
_HERE = "tests/unit/test_business_rules.py"
_PLAIN = f"{_HERE}::test_no_default_flag_twice_nothing_user_defined_no_share"
_GROUPS = f"{_HERE}::test_nested_groups_are_typed_and_everything_is_numbered"
_ONE = f"{_HERE}::test_one_release_and_one_linked_cover"

BUSINESS_RULES: tuple[BusinessRule, ...] = (
    BusinessRule("BR01", "one main release in a message", (), (_ONE, _ALWAYS)),
    BusinessRule(
        "BR02",
        "one track release for each recording, each of one recording",
        (),
        (f"{_WRITER}::test_a_track_release_for_every_track",),
    ),
    BusinessRule(
        "BR03",
        "right ISRCs, none twice, other recordings under others",
        (
            "SG1302",
            "SG2007",
            "SG2041",
            "SG2042",
            "SG2043",
            "SG2044",
            "SG2045",
            "SG2046",
            "SG2049",
            "SG2123",
        ),
    ),
    BusinessRule(
        "BR04",
        "a right ICPN, the same everywhere",
        ("SG1301", "SG1204", "SG2069", "SG2122"),
        (
            f"{_WRITER}::test_icpn_stands_as_the_catalogue_writes_it",
            "tests/unit/test_package.py::test_a_folder_is_named_by_an_icpn_only",
        ),
    ),
    BusinessRule("BR05", "one front cover, linked", ("SG2001",), (_ONE,)),
    BusinessRule(
        "BR06",
        "artists in sequence, a main artist everywhere",
        ("SG2006",),
        (f"{_WRITER}::test_release_says_all_that_the_content_knows",),
    ),
    BusinessRule("BR07", "numbered groups and items", (), (_GROUPS,)),
    BusinessRule("BR08", "types of nested groups", (), (_GROUPS,)),
    BusinessRule("BR09", "one default among siblings", (), (_PLAIN,)),
    BusinessRule(
        "BR10",
        "user-defined values have both parts",
        ("SG1311",),
        (_PLAIN, f"{_VERSIONS}::test_a_newer_role_is_told_as_user_defined"),
    ),
    BusinessRule(
        "BR11",
        "every release and track that should be live has a deal",
        ("SG2014", "SG2018", "SG2101"),
        (f"{_DEALS}::test_tracks_with_other_deals_have_their_own",),
    ),
    BusinessRule(
        "BR12",
        "periods that do not overlap and end after they start",
        ("SG2003", "SG2010", "SG2011", "SG2112", "SG2113"),
    ),
    BusinessRule("BR13", "dates that agree", ("SG2009", "SG2012", "SG2084", "SG2085")),
    BusinessRule("BR14", "use types and territories apart", ("SG1305", "SG2004", "SG2111")),
    BusinessRule(
        "BR15",
        "a price or a price code; nothing of physical products",
        ("SG2015", "SG2107", "SG2114", "SG2115"),
        (f"{_DEALS}::test_price_code_and_price_are_alternatives",),
    ),
    BusinessRule(
        "BR16",
        "every file is there with its hash, and no other",
        ("SG3001", "SG3020", "SG3021", "SG3022", "SG3023"),
        (
            f"{_REFUSED}::test_files_are_named_all_or_none_and_no_others",
            "tests/unit/test_package.py::test_names_of_resources",
        ),
    ),
    BusinessRule(
        "BR17",
        "durations are those of the audio, and their sum",
        ("SG2043", "SG2062", "SG2073", "SG2081", "SG2086"),
        (
            f"{_WRITER}::test_durations_are_whole_seconds",
            f"{_WRITER}::test_release_duration_is_rounded_once",
        ),
    ),
    BusinessRule(
        "BR18",
        "covers and audio of sufficient quality",
        ("SG2031", "SG2032", "SG2104", "SG2105", "SG3008"),
    ),
    BusinessRule(
        "BR19",
        "each contributor once with all roles, and a writer",
        ("SG2033", "SG2126"),
        (f"{_WRITER}::test_one_contributor_per_party_with_all_roles",),
    ),
    BusinessRule("BR20", "parental warnings that agree", ("SG2005", "SG2034")),
    BusinessRule("BR21", "P-lines and C-lines of a sound year", ("SG2001", "SG2035", "SG2036")),
    BusinessRule("BR22", "no share of rights of 0 or 100 percent", ("SG1128",), (_PLAIN,)),
    BusinessRule(
        "BR23",
        "titles without credits, types, capitals and versions",
        ("SG2051", "SG2052", "SG2053", "SG2054", "SG2055", "SG2056"),
    ),
    BusinessRule(
        "BR24",
        "a new message id each time, created later",
        (),
        ("tests/acceptance/test_main_job.py::test_a_revert_is_an_update_of_its_own",),
    ),
    BusinessRule(
        "BR25",
        "a takedown only after a delivery, with all metadata",
        (),
        (
            f"{_DEALS}::test_takedown_without_deals_leaves_out_the_deal_list_and_keeps_the_rest",
            "tests/unit/test_decide.py::test_nothing_and_takedown_is_unchanged_never_delivered",
        ),
    ),
    BusinessRule("BR26", "no reference without use", (), (f"{_CHECK}::test_references",)),
    BusinessRule(
        "BR27",
        "in ERN 3 formal and displayed titles, label and artists of every release",
        (),
        (f"{_GENERATED}::test_every_message_is_valid_and_tells_the_content",),
    ),
)
"""All of them, in order."""
