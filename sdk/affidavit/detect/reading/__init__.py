"""How a request is put together: which words are what, and how they stand together."""
