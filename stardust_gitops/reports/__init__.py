"""Plans and findings for people and machines: text, JSON, Markdown."""
