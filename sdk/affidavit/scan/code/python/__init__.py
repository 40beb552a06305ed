"""Python by its syntax tree, names followed to what they were imported or made from."""
