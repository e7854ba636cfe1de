"""Mail in: fetches, receives and reads messages."""
