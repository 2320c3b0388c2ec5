#!/usr/bin/env python
"""The command line of Jeongsan: `python manage.py help` lists what it can do."""

import os
import sys


def main() -> None:
    """Run one management command with the settings of this installation."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.base")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
