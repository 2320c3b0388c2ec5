"""What it adds up to: the four KPIs, each defined once, kept ready by hour and day, and led back to its rows."""
