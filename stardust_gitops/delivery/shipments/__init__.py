"""What travels together: how it is recorded, uploaded, completed, and carried on after a crash."""
