"""What only the demo needs: people who have already worked there."""
