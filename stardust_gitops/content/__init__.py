"""What a recipient is told and given about a release: neutral model, resolution, fingerprints."""
