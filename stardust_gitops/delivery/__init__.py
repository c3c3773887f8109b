"""Packages, choreographies, transports and the runner that delivers what a plan asks for."""
