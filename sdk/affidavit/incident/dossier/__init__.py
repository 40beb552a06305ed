"""An incident's dossier, made (docs/formats/dossier.md).

    scope     which window and which calls it is about
    plan      what becomes of each matching body, for a person to review
    parts     what stands beside the disclosure: the incident's own records, policies
    timeline  the picture
    cover     the page that a person opens first
    signing   the manifest and the narrative

The disclosure in it is `attest`'s, which stands beside this layer: the command joins
them. How one is checked is `verify.dossier`'s.
"""
