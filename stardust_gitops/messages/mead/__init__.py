"""DDEX MEAD 1.1: what listeners search by, told in a message beside the release."""
