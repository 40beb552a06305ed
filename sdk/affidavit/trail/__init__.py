"""The signed, append-only log of one application: written, read, never rewritten.

- Formats: `record` (entry, body, labels), `wal` (frames), `state` (what the tree has).
- Writing: `writer` (group commit) of `ticket`s into a `segment`; `integrate` from WALs
  into the tree; `storage` (tiles, head); `founding`; `identity`; `trail`, all of it.
- Reading: `reader`, and `unsealed` for WALs, from outside and beside the writers.
"""
