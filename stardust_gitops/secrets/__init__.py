"""Secrets: references to them in files, their values only in memory."""
