"""A period of a trail as a statement that others check with tools they already have.

tally        counting records: by what bodies say, and by labels alone
predicate    the statement's content, its rules and its words
statement    building, signing and writing one
recount      checking one, with or without the trail
"""
