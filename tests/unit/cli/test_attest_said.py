from affidavit.cli.attest_said import exit_code, in_words


def test_the_exit_code_says_incomplete_before_not_kept() -> None:
    kept = {"verdict": "PASS", "contract": {"result": "met"}}
    broken = {"verdict": "PASS WITH EXCEPTIONS", "contract": {"result": "not met"}}
    open_one = {"verdict": "INCOMPLETE", "contract": {"result": "not met"}}
    assert [exit_code(each) for each in (kept, broken, open_one)] == [0, 1, 2]
    assert exit_code({"verdict": "PASS WITH EXCEPTIONS"}) == 0


def test_the_attestation_before_is_a_line() -> None:
    assert in_words(None) == "no earlier attestation"
    assert in_words({"to": "T", "size": 3}) == "the one until T, of 3 records"
