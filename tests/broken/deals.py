"""Deals: windows, territories, prices."""

from __future__ import annotations

from tests.broken.case import Broken, release
from tests.release_lab import Case

STREAM = "  - {offer: streaming}\n"
TRACK = "    instrumental: true\n"


def stream(name: str, *more: str, found: tuple[str, ...]) -> Broken:
    """Streaming in one deal or several, with more terms."""
    deals = "".join(f"  - {{offer: streaming, {text}}}\n" for text in more)
    return release(name, STREAM, deals, found=found)


CASES: tuple[Broken, ...] = (
    stream(
        "a deal that ends before it starts",
        "start: 2026-12-04, end: 2026-12-03",
        found=("11:48 SG2003",),
    ),
    stream(
        "territories listed and excluded",
        "territories: [GB], excluded_territories: [JP]",
        found=("11:65 SG2004",),
    ),
    stream("a country that is none", "territories: [GB, UK]", found=("11:42 SG1305",)),
    stream("a group that is not defined", "territories: [GB, BENELUX]", found=("11:42 SG1203",)),
    stream("Worldwide among others", "territories: [Worldwide, GB]", found=("11:37 SG2004",)),
    stream(
        "two deals that overlap", "end: 2027-01-31", "start: 2027-01-31", found=("12:5 SG2112",)
    ),
    stream(
        "two deals that overlap in one place",
        "territories: [DACH]",
        "territories: [FR, AT]",
        found=("12:5 SG2112",),
    ),
    stream(
        "a gap between two deals", "end: 2027-01-31", "start: 2027-03-01", found=("12:5 SG2113",)
    ),
    stream("a deal before the release", "start: 2026-11-27", found=("11:31 SG2012",)),
    release(
        "a pre-order that begins too late",
        "price_code: Mid,",
        "price_code: Mid, preorder_from: 2026-12-04,",
        found=("12:55 SG2010",),
    ),
    stream(
        "a price that is no number",
        "wholesale_price: {amount: four, currency: GBP}",
        found=("11:50 SG1113",),
    ),
    release(
        "a price in a currency that the target's version does not know",
        "price_code: Mid,",
        "wholesale_price: {amount: 2, currency: XCG},",
        found=("12:62 SG2106",),
    ),
    release(
        "a price code and a price",
        "price_code: Mid,",
        "price_code: Mid, wholesale_price: {amount: 2, currency: GBP},",
        found=("12:35 SG2015",),
    ),
    release(
        "a price code that the target lacks",
        "price_code: Mid,",
        "price_code: Full,",
        found=("12:35 SG2102",),
    ),
    release("a track without a price", ", track_price_code: Track", "", found=("14:5 SG2107",)),
    release(
        "a download without a price",
        "{offer: download, price_code: Mid, track_price_code: Track}",
        "{offer: download}",
        found=("12:5 SG2114",),
    ),
    release(
        "a pre-order without a price",
        "price_code: Mid, track_price_code: Track",
        "preorder_from: 2026-11-27",
        found=(
            "12:5 SG2114",
            "12:5 SG2115",
        ),
    ),
    release(
        "shown after the start",
        "deals:\n",
        "visibility: {release: 2026-12-24}\ndeals:\n",
        found=("10:23 SG2011",),
    ),
    Broken(
        "a track beyond its release's territories",
        Case(
            release=[
                ("{offer: streaming}", "{offer: streaming, territories: [GB]}"),
                (TRACK, TRACK + "    deals: [{offer: streaming, territories: [GB, US]}]\n"),
            ]
        ),
        found=("32:45 SG2017",),
    ),
    Broken(
        "a track without a window",
        Case(
            release=[
                ("{offer: streaming}", "{offer: streaming, end: 2027-01-31}"),
                ("  - {offer: download, price_code: Mid, track_price_code: Track}\n", ""),
                (TRACK, TRACK + "    deals: [{offer: streaming, start: 2027-03-01}]\n"),
            ]
        ),
        found=("31:12 SG2018",),
    ),
    Broken(
        "no deal for the target",
        Case(
            release=[
                ("{offer: streaming}", "{offer: streaming, except_targets: [store]}"),
                ("{offer: download,", "{offer: download, except_targets: [store],"),
            ]
        ),
        found=("11:3 SG2101",),
    ),
    stream("a time that clocks skip", "start: 2027-03-28T01:30", found=("11:31 SG2019",)),
    stream("a time that comes twice", "end: 2027-10-31T01:30", found=("11:29 SG2020",)),
    Broken(
        "a price that the target does not take",
        Case(
            release=[
                (
                    "price_code: Mid, track_price_code: Track",
                    "wholesale_price: {amount: 0.20, currency: EUR}, track_price_code: Track",
                )
            ],
            target=[("", "minimum_prices: {EUR: 2.00}\n")],
        ),
        found=("12:49 SG2116",),
    ),
    Broken(
        "a deal for a target that does not take it",
        Case(
            release=[(STREAM, STREAM + "  - {offer: ad_supported, targets: [store]}\n")],
        ),
        found=("12:37 SG2117",),
    ),
)
