"""The told truth played back: signed and sent to a door, or handed over as facts."""
