"""Brings the parts together: reads the catalogue, plans, and loads what `apply` sends."""
