"""The embedded PostgreSQL server: used when no DATABASE_URL names another one."""
