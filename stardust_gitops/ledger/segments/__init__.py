"""Ledgers whose events lie as files in a shared place: numbered segments, a log that keeps them,
and tables on this machine that are derived from them."""
