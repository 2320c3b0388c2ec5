"""The pages of the queue and of one case, and what people do there."""
