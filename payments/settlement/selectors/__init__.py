"""Questions about settlement; answers are frozen dataclasses, so that no template can cause a query."""
