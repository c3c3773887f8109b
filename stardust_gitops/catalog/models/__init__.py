"""The shape of each file of a catalogue, a module each: pydantic, frozen, strict keys."""
