"""Audio and image files: references, facts read from the bytes, digests, lock files."""
