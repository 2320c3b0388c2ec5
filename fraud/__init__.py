"""How far to trust a payment: features, rules, scores, decisions, and the queue where people review."""
