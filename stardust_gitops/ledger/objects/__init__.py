"""Ledgers in stores of objects: S3 and Azure Blob."""
