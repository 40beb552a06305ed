"""A customer's sources: clients that nothing governs, purposes that nobody declared.

Reads text and runs none of it. What a file says is a value (`facts`); whether that is a
finding is judged afterwards, against a policy and a day (`judge`).
"""
