"""The provider's bill held against the trail: which use is covered, and which is not.

`usage` reads what a provider billed, `recorded` what the trail recorded; `compare`
holds cell against cell and nets nothing; `causes` says what may explain a difference.
No local log proves that nothing went around it: the bill is the one other witness.
"""
