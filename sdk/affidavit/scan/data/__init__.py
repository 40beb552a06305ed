"""Which rows of a data set came from outputs that a trail recorded.

    recorded   the fingerprints in a trail, as it is verified
    index      those of one trail, to look values up in
    vector     the values of many texts at once
    seek       rows against an index: what was found in which
    rows       what a row is: texts, their places, an identifier
    lines      JSON lines, and JSON
    tables     CSV
    columns    Parquet and Arrow
    prose      text
    files      which file is what, and how it is divided into portions of work
    work       portions, here or in other processes
    result     what is said in the end, for people and for programs
    recall     how much of what is there is found, as measured
    page       the same as a page of HTML
    statement  the same as a signed statement

Needs numpy, and pyarrow for Parquet and Arrow: the extra `scan`.
"""
