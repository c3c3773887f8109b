"""Answers of recipients: found there, matched with what was sent, put on record."""
