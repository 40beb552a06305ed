"""Transparency-log formats as the ecosystem defines them (C2SP, RFC 6962, RFC 9162).

    merkle       hashing, roots, inclusion and consistency proofs (pure)
    tiles        paths and contents of hash tiles, entry bundles and body bundles (pure)
    growth       which tiles a batch of new records completes (pure)
    note         signed text: keys, signature lines, opening
    checkpoint   a tree head as a signed note
    witness      what others cosign of it
    submission   what a log sends a witness, and how that decides
    proof        one entry's inclusion as one file

Nothing in this package opens a file, reads a clock or keeps a key, and nothing in it
knows what a record says.
"""
