"""The shape that ERN 4.2, 4.3 and 4.3.2 have in common: one writer, one table of types."""
