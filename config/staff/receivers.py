"""What happens after migrating: the groups of the seven roles exist."""

from django.contrib.auth.models import Group

from config.staff.roles import Role


def create_roles(using: str = "default", **_: object) -> None:
    """Create the groups that are missing; what they may do is written in roles.py, so nothing else is stored."""
    present = set(Group.objects.using(using).values_list("name", flat=True))
    Group.objects.using(using).bulk_create(
        [Group(name=role.value) for role in Role if role.value not in present], ignore_conflicts=True
    )
