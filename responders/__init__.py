"""Replies: drafts the letter that answers a person."""
