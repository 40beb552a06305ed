"""What makes a trail believable to others: witnesses, time stamps, publication.

    plan       whom to ask, how often, and when one is due
    web        one exchange with somebody on a network, bounded in time and size
    submit     a checkpoint to a witness, and its cosignature back
    stamp      a checkpoint to a time-stamping authority, and its token back
    publish    a checkpoint to a folder, a web address, an object store
    rounds     all anchors of a trail, once, each in a thread of its own
    keeper     rounds in the background, for as long as a process lives
    witness    the other side: what a witness remembers and signs
    server     the witness's sockets

Nothing here is waited for by a call. Formats are `tlog`'s, files are `trail.anchors`'s,
and whether evidence holds is `verify`'s to say.
"""
