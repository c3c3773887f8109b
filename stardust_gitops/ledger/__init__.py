"""What every recipient has been sent: an append-only log of events, and tables derived from it."""
