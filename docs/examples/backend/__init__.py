"""A backend on PostgreSQL that takes events from clients and asks the Mission Collaboration Service what they mean."""
