"""The shape of each file of a catalogue, one module per file kind. Pydantic, frozen, strict keys."""
