"""Names of two parts: each first part with each second one.

Knows no word. What is trained on is called a training set, a tuning mix, an alignment
corpus: whoever writes next puts together halves that are known.
"""

from affidavit.detect.rule import Terms, terms


def compounds(firsts: str, seconds: str) -> Terms:
    """`compounds("a | b", "c | d*")` is `terms("a c | a d* | b c | b d*")`.

    Raises `ValueError` for an empty part, as `terms` does.
    """
    return Terms(
        tuple(
            f"{first} {second}"
            for first in terms(firsts).literals
            for second in terms(seconds).literals
        )
    )
