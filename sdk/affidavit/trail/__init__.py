"""The signed, append-only log of one application: written, read, never rewritten.

- Formats: `record` (entry, body, labels), `wal` (frames), `state` (what the tree has).
- Writing: `writer` (group commit) of `ticket`s into a `segment`; `integrate` from WALs
  into the tree; `storage` (tiles, head); `founding`; `identity`; `trail`, all of it.
- Retention: `keep` (how long), `retention` (what may go), `holds` and `attested` (what
  may not), `survey` (what went), `prune`, `pruning` and `prune_keeper` (how it goes).
- Reading: `reader`, and `unsealed` for WALs, from outside and beside the writers.
"""
