"""Telling people: what there is to tell, in which words, and how it gets there."""
