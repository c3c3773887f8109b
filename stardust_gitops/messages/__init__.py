"""Content to XML: one writer per format, and the checks that every message passes."""
