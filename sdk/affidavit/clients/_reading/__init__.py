"""What request bodies say: texts, parameters that matter, parts that nobody reads."""
