"""Clients that other code makes: governed twins of whatever class they have."""
