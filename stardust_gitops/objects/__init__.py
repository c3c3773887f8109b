"""Stores of objects, S3 and Azure Blob: one way to open each, for whoever keeps things there."""
