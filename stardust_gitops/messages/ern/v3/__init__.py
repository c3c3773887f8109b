"""The shape that ERN 3.8.2 and 3.8.3 have in common: one writer, one table of types."""
