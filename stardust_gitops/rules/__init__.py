"""Business rules that yield findings: of the catalogue, and of a recipient."""
