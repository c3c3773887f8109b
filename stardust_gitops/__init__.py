"""A music catalogue in git, delivered: plan and apply DDEX ERN messages from YAML."""

__version__ = "0.1.0"
