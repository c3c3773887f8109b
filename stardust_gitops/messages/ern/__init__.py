"""DDEX Electronic Release Notification: writers, tables, checks, a small file per version."""
