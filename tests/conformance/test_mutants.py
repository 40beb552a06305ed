"""The mutation driver changes what it says it changes (`make mutation`)."""

from types import FunctionType

import pytest

from support.mutating.mutants import mutants

SOURCE = '''
class Gate:
    def opens(self, age: int, *, known: bool = False) -> bool:
        """Not before 18."""
        if not known:
            raise ValueError(f"{age} + 1")
        return age >= 18
'''


def variants() -> dict[str, FunctionType]:
    return {
        each.change: FunctionType(each.code, {"ValueError": ValueError})
        for each in mutants(SOURCE, "gate.py")
    }


def test_every_change_is_made_once_and_messages_stay() -> None:
    assert list(variants()) == [
        "not known  ->  not not known",
        "raise ValueError(f'{age} + 1')  ->  pass",
        "return age >= 18  ->  return None",
        "age >= 18  ->  age > 18",
        "18  ->  19",
    ]


def test_a_mutant_does_what_it_says() -> None:
    made = variants()

    assert made["age >= 18  ->  age > 18"](None, 18, known=True) is False
    assert made["raise ValueError(f'{age} + 1')  ->  pass"](None, 18, known=False)
    with pytest.raises(ValueError):
        made["not known  ->  not not known"](None, 18, known=True)


def test_every_mutant_is_of_the_function_that_it_names() -> None:
    assert {each.qualname for each in mutants(SOURCE, "gate.py")} == {"Gate.opens"}
    assert {each.code.co_name for each in mutants(SOURCE, "gate.py")} == {"opens"}
