"""What runs in CI tell people and machines: pull requests, issues, outputs, job summaries."""
