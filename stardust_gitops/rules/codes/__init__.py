"""Codes that no rule function finds: their documentation, in the form of rules."""
