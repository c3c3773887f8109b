"""Audio, video, image and text files: references, measured facts, digests, lock files."""
