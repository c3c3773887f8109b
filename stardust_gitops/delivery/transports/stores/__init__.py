"""Recipients that are stores of objects: S3 and Azure Blob.

No store renames. What is sent becomes visible in one step, when it is whole, so nothing lies under
a temporary name: what is unfinished are parts or blocks, which no listing of the recipient shows.
"""
