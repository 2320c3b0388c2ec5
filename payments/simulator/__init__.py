"""A believable Korean-Japanese merchant as truth, its provider and bank files, and the judge who knows the answers."""
