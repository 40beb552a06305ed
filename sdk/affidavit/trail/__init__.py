"""The signed, append-only log of one application: written, read, never rewritten.

record     entry and body of one record, labels, ids
wal        frames, pure            segment    the file they stand in
writer     group commit            integrate  from WALs into the tree
storage    tiles, state, head      founding   a new trail
identity   key, origin, secret     trail      all of it, open for writing
reader     all of it, from outside unsealed   WALs, from outside
"""
