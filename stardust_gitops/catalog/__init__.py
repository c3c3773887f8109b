"""The user's files: strict YAML, their models, and how they are found and read."""
