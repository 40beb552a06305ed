import random
import string

from affidavit.scan.code.facts import Spot
from affidavit.scan.code.python.scan import scan
from affidavit.scan.code.python.source import Source
from support.scanned import found


def a_key() -> str:
    generator = random.Random(7)
    return "sk-" + "".join(
        generator.choice(string.ascii_letters + string.digits) for _ in range(48)
    )


def test_a_key_is_found_in_code_in_comments_and_in_what_does_not_parse() -> None:
    key = a_key()
    assert found(f"x = 1\ny = '{key}'\n# é {key}\n") == [("C301", 2), ("C301", 3)]
    assert found(f"def (\ny = '{key}'\n") == [("C001", 1), ("C301", 2)]
    told = scan(Source(f"# é {key}")).findings[0]
    assert told.at == Spot(1, 5)
    assert key[10:] not in told.message


def test_findings_of_a_file_are_of_all_rules() -> None:
    source = """
        import anthropic
        import requests
        from openai import OpenAI
        from affidavit import OpenAI as Ours

        OpenAI()
        Ours().responses.create()
        requests.get("https://api.openai.com")
    """
    assert found(source) == [("C104", 1), ("C101", 6), ("C201", 7), ("C103", 8)]


def test_a_waiver_stands_anywhere_within_a_call() -> None:
    source = """
        from openai import OpenAI
        OpenAI(
            a=1,
        )  # affidavit: allow C101 -- r
        OpenAI(
            # affidavit: allow C101 -- r
            a=1,
        )
    """
    assert found(source) == []
