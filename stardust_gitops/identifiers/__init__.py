"""Identifiers of music: their stored form, and what is wrong with one that has none.

Each `normalise_x` takes what people type, returns the form that is stored and sent, and raises
``ValueError`` with a sentence fragment that follows "123 is no ICPN: …".
"""

from stardust_gitops.identifiers.dpid import dpid_check_character, dpid_check_ok
from stardust_gitops.identifiers.dpid import normalise as normalise_dpid
from stardust_gitops.identifiers.grid import normalise as normalise_grid
from stardust_gitops.identifiers.icpn import normalise as normalise_icpn
from stardust_gitops.identifiers.icpn import to_gtin14
from stardust_gitops.identifiers.ipi import normalise as normalise_ipi
from stardust_gitops.identifiers.isni import normalise as normalise_isni
from stardust_gitops.identifiers.isrc import normalise as normalise_isrc
from stardust_gitops.identifiers.iswc import normalise as normalise_iswc

__all__ = [
    "dpid_check_character",
    "dpid_check_ok",
    "normalise_dpid",
    "normalise_grid",
    "normalise_icpn",
    "normalise_ipi",
    "normalise_isni",
    "normalise_isrc",
    "normalise_iswc",
    "to_gtin14",
]
