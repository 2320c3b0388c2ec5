"""The verbs of features: keeping sightings and sums in step with the facts."""
