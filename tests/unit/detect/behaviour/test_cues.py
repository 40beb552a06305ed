"""Cues stand in templates; documents between are not looked at."""

from affidavit.detect.behaviour.cues import CUES, PRODUCT, cues


def names(text: str) -> set[str]:
    return {cue.name for at, cue in enumerate(CUES) if cues(text) >> at & 1}


def test_every_cue_fits_into_the_bits_of_a_call() -> None:
    assert len(CUES) <= 32
    assert len({cue.name for cue in CUES}) == len(CUES)


def test_a_cue_is_given_in_any_of_its_languages() -> None:
    assert names("Write ten question-answer pairs") >= {"pairs"}
    assert names("请生成十个问答对") >= {"pairs"}
    assert names("Buat pasangan tanya jawab") >= {"pairs"}


def test_a_document_in_the_middle_gives_no_cue() -> None:
    filler = "the harbour was quiet that winter " * 60
    assert (
        names(f"Summarise.\n{filler} chain of thought {filler}\nIn two lines.") == set()
    )


def test_a_products_own_readers_are_told_apart() -> None:
    assert cues("Write a lesson for our students.") & PRODUCT


def test_a_cue_is_a_word_of_its_own_or_its_plural() -> None:
    assert "persona" in names("Take this persona.")
    assert "persona" in names("Take these personas.")
    assert names("A personal note to the endpoint.") == set()
    assert "for_training" in names("We are fine-tuning.")
