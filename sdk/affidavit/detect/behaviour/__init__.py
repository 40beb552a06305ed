"""What many calls of one purpose do together, over a sliding window."""
