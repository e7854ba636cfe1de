"""Reads who is who from where the product keeps it: a file, a view of its database, or its own endpoint."""
