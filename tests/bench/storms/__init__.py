"""The drills: deliveries with repeats through a whole installation of its own, while something is done to it."""
