"""DPID: a party's identifier by the DDEX Party Identifier standard, ``PADPIDA`` and 11 characters.

The last character is ISO 7064 mod 37,36 over all before it. Identifiers with a wrong one are in
use, so a wrong check character is for a warning, not a reason to refuse.
"""

from __future__ import annotations

import re

from stdnum.iso7064.mod_37_36 import calc_check_digit

from stardust_gitops.identifiers.typed import compact, count

_shape = re.compile("PADPIDA[0-9A-Z]{11}").fullmatch


def normalise(text: str) -> str:
    """The 18 characters of a DPID; takes ``PA-DPIDA-2013020802-I``.

    ``ValueError`` says what is wrong. The check character is not looked at: see `dpid_check_ok`.
    """
    dpid = text if _shape(text) else compact(text)
    if not dpid:
        raise ValueError("it is empty")
    if not dpid.startswith("PADPIDA"):
        raise ValueError("it does not begin with PADPIDA")
    if len(dpid) != 18:
        raise ValueError(f"it has {count(len(dpid), 'character')}, should have 18")
    if not _shape(dpid):
        raise ValueError("only letters A to Z and digits may follow PADPIDA")
    return dpid


def dpid_check_character(dpid: str) -> str:
    """What the last character of a DPID should be. `dpid` is normalised or can be."""
    return str(calc_check_digit(normalise(dpid)[:-1]))


def dpid_check_ok(dpid: str) -> bool:
    """Whether the last character of a DPID is the right one. `dpid` is normalised or can be."""
    return normalise(dpid)[-1] == dpid_check_character(dpid)
