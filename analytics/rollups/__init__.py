"""What is kept ready: the measures of all facts by the hour and the day, exact whatever arrives late."""
