"""Files that were changed on the way: whatever arrives, each reader reads it or says why not."""
