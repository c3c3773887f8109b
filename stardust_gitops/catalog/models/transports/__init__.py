"""How a target is reached: one module for each protocol."""
