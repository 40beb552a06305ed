"""Files that are uploaded: inspected line by line before a byte of them leaves."""
