"""What happens after migrating: the groups of the seven roles exist."""

from config.staff import services


def create_roles(using: str = "default", **_: object) -> None:
    """Make the groups that are missing."""
    services.create_missing_roles(using)
