"""Index of the tables of this room."""

from analytics.rollups.models import Buyer, CountedPayment, DirtyBucket, Mark, Progress, Rollup, Spread

__all__ = ["Buyer", "CountedPayment", "DirtyBucket", "Mark", "Progress", "Rollup", "Spread"]
