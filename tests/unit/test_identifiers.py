"""Identifiers against the worked examples of the standards, and against what people type."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from stardust_gitops.identifiers import (
    dpid_check_character,
    dpid_check_ok,
    icpn,
    normalise_dpid,
    normalise_grid,
    normalise_icpn,
    normalise_ipi,
    normalise_isni,
    normalise_isrc,
    normalise_iswc,
    to_gtin14,
)

Normalise = Callable[[str], str]


@pytest.mark.parametrize(
    ("normalise", "typed", "stored"),
    [
        (normalise_icpn, "4006381333931", "4006381333931"),
        (normalise_icpn, "4-006381-333931", "4006381333931"),
        (normalise_icpn, " 4006381 333931 ", "4006381333931"),
        (normalise_icpn, "4006381\u2013333931", "4006381333931"),
        (normalise_icpn, "036000291452", "036000291452"),
        (normalise_icpn, "73513537", "73513537"),
        (normalise_icpn, "98412345678908", "98412345678908"),
        (normalise_isrc, "GBXYZ2600001", "GBXYZ2600001"),
        (normalise_isrc, "isrc gb-xyz-26-00001", "GBXYZ2600001"),
        (normalise_isrc, "ISRC: GB XYZ 26 00001", "GBXYZ2600001"),
        (normalise_isrc, "IS-RC1-26-00001", "ISRC12600001"),
        (normalise_isrc, "GB-A1B-26-00001", "GBA1B2600001"),
        (normalise_isni, "0000000114819103", "0000000114819103"),
        (normalise_isni, "ISNI 0000 0001 1481 9103", "0000000114819103"),
        (normalise_isni, "0000 0001 2281 955x", "000000012281955X"),
        (normalise_dpid, "PADPIDA2013020802I", "PADPIDA2013020802I"),
        (normalise_dpid, "pa-dpida-2013020802-i", "PADPIDA2013020802I"),
        (normalise_grid, "A12425GABC1234002M", "A12425GABC1234002M"),
        (normalise_grid, "GRid: a1-2425g-abc1234002-m", "A12425GABC1234002M"),
        (normalise_iswc, "T-034.524.680-1", "T0345246801"),
        (normalise_iswc, "ISWC t0345246801", "T0345246801"),
        (normalise_ipi, "00014107338", "00014107338"),
        (normalise_ipi, "IPI 000.14.10.73.38", "00014107338"),
    ],
)
def test_what_people_type_becomes_the_stored_form(
    normalise: Normalise, typed: str, stored: str
) -> None:
    assert normalise(typed) == stored
    assert normalise(stored) == stored


@pytest.mark.parametrize(
    ("normalise", "typed", "message"),
    [
        (normalise_icpn, "4006381333934", "check digit is 4, should be 1"),
        (normalise_icpn, "", "it is empty"),
        (normalise_icpn, " - ", "it is empty"),
        (normalise_icpn, "4006381333931.0", "it has other characters than digits"),
        (normalise_icpn, "4.00638E+12", "it is a number rounded by a spreadsheet"),
        (normalise_icpn, "ICPN 4006381333931", "it has other characters than digits"),
        (normalise_icpn, "\u0664006381333931", "it has other characters than digits"),
        (normalise_icpn, "36000291452", "if a zero in front was lost, it is 036000291452"),
        (normalise_icpn, "1", "it has 1 digit, should have 8, 12, 13 or 14"),
        (normalise_icpn, "400638133393100", "it has 15 digits, should have 8, 12, 13 or 14"),
        (normalise_icpn, "0000000000000", "it has only zeros"),
        (normalise_isrc, "", "it is empty"),
        (normalise_isrc, "GBXYZ260001", "it has 11 characters, should have 12"),
        (normalise_isrc, "GBXYZ26O0001", "2 letters, 3 letters or digits, 7 digits"),
        (normalise_isrc, "GBXYZ260000\xdf", "2 letters, 3 letters or digits, 7 digits"),
        (normalise_isrc, "XXXYZ2600001", "no ISRC begins with XX"),
        (normalise_isni, "0000000114819104", "check digit is 4, should be 3"),
        (normalise_isni, "0000000122819550", "check digit is 0, should be X"),
        (normalise_isni, "X000000114819103", "15 digits and a digit or X"),
        (normalise_isni, "114819103", "it has 9 characters, should have 16"),
        (normalise_isni, "", "it is empty"),
        (normalise_dpid, "", "it is empty"),
        (normalise_dpid, "PADPIDB2013020802I", "it does not begin with PADPIDA"),
        (normalise_dpid, "PADPIDA2013020802", "it has 17 characters, should have 18"),
        (normalise_dpid, "PADPIDA2013020802_", "only letters A to Z and digits"),
        (normalise_grid, "A1-2425G-ABC1234002-N", "check character is N, should be M"),
        (normalise_grid, "B1-2425G-ABC1234002-M", "it should be A1, then letters or digits"),
        (normalise_grid, "A1-2425G", "it has 7 characters, should have 18"),
        (normalise_grid, "", "it is empty"),
        (normalise_iswc, "T-034.524.680-2", "check digit is 2, should be 1"),
        (normalise_iswc, "A-034.524.680-1", "T and 10 digits"),
        (normalise_iswc, "T-034.524.68", "it has 9 characters, should have 11"),
        (normalise_iswc, "", "it is empty"),
        (normalise_ipi, "14107338", "it has 8 digits, should have 11, zeros in front included"),
        (normalise_ipi, "0001410733X", "it has other characters than digits"),
        (normalise_ipi, "", "it is empty"),
    ],
)
def test_the_message_says_what_is_wrong(normalise: Normalise, typed: str, message: str) -> None:
    with pytest.raises(ValueError) as caught:
        normalise(typed)
    assert message in str(caught.value)


def test_a_upc_and_its_ean_are_one_product() -> None:
    assert to_gtin14("036000291452") == to_gtin14("0036000291452") == "00036000291452"
    assert to_gtin14("73513537") == "00000073513537"
    assert icpn.to_gtin14("98412345678908") == "98412345678908"


@pytest.mark.parametrize("prefix", ["GB", "US", "FX", "QM", "QZ", "QT", "UK", "CP", "DG", "ZZ"])
def test_prefixes_that_ddex_and_the_isrc_agency_know(prefix: str) -> None:
    assert normalise_isrc(f"{prefix}ABC2600001") == f"{prefix}ABC2600001"


@pytest.mark.parametrize("dpid", ["PADPIDA2013020802I", "PADPIDA2007050901U", "PADPIDA2015120100H"])
def test_check_characters_of_real_dpids(dpid: str) -> None:
    assert dpid_check_ok(dpid)
    assert dpid_check_character(dpid) == dpid[-1]


def test_a_wrong_check_character_of_a_dpid_is_told_and_not_refused() -> None:
    assert normalise_dpid("PADPIDA2014120301U") == "PADPIDA2014120301U"
    assert not dpid_check_ok("PADPIDA2014120301U")
    assert dpid_check_character("PADPIDA2014120301U") == "L"


@pytest.mark.parametrize(
    ("normalise", "valid"),
    [
        (normalise_icpn, "4006381333931"),
        (normalise_isni, "0000000114819103"),
        (normalise_iswc, "T0345246801"),
    ],
)
def test_every_single_wrong_digit_is_found(normalise: Normalise, valid: str) -> None:
    for place, digit in enumerate(valid):
        if digit.isdigit():
            wrong = str((int(digit) + 1) % 10)
            with pytest.raises(ValueError, match="check digit"):
                normalise(valid[:place] + wrong + valid[place + 1 :])
