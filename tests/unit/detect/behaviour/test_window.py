"""A window: looked at before, taken in after, forgotten when silent."""

from affidavit.detect.behaviour import window
from affidavit.detect.behaviour.features import OutcomeFeatures
from affidavit.detect.behaviour.state import WINDOW, State
from affidavit.detect.behaviour.words import Key
from support.behaviour import features

KEY = Key.of(b"0123456789abcdef")
LONG = (
    "It begins where the river meets the coast, and the boats wait for the tide. " * 8
)


def test_looking_changes_nothing() -> None:
    state = State()
    before = state.copy()
    window.consider(state, features("Where is my parcel?", at=1), KEY)

    assert state.seen == before.seen
    assert state.header == before.header


def test_calls_beyond_the_window_are_forgotten() -> None:
    state = State()
    for i in range(20):
        window.observe(state, features(f"One {i}", n=16), OutcomeFeatures((LONG,)), KEY)
    assert window.consider(state, features("Next"), KEY).score > 0.8

    for i in range(WINDOW):
        window.observe(state, features(f"Ask {i}"), OutcomeFeatures(("fine",)), KEY)
    assert window.consider(state, features("Next"), KEY).score < 0.5


def test_a_window_does_not_reach_over_a_long_silence() -> None:
    state = State()
    for i in range(20):
        call = features(f"One {i}", n=16, at=1000 + i)
        window.observe(state, call, OutcomeFeatures((LONG,)), KEY)

    later = features("Next", at=2000 + window.IDLE_MS)
    assert window.consider(state, later, KEY).score == 0


def test_an_answer_that_comes_late_is_not_taken_for_anothers() -> None:
    state = State()
    _, seen = window.observe(state, features("First"), None, KEY)
    assert seen.score == 0
    for i in range(WINDOW):
        window.observe(state, features(f"Then {i}"), None, KEY)
    before = state.length.tolist()
    window.conclude(state, 0, OutcomeFeatures((LONG,)), KEY)

    assert state.length.tolist() == before


def test_a_busy_ordinary_purpose_is_sampled() -> None:
    state = State()
    looked = 0
    for i in range(480):
        words = " ".join(f"w{i}x{k}" for k in range(12))
        _, seen = window.observe(state, features(words), OutcomeFeatures(("ok",)), KEY)
        looked += seen.made is not None

    assert window.CLOSE_LOOK + 80 < looked < 260


def test_an_agents_scratchpad_feeds_nothing() -> None:
    state = State()
    pad = "Task: find the harbour."
    for i in range(30):
        thought = "Thought: " + " ".join(f"idea{i}y{k}" for k in range(20))
        window.observe(state, features(pad), OutcomeFeatures((thought,)), KEY)
        pad += f"\n{thought}\nObservation: {i}"

    assert window.consider(state, features(pad), KEY).score < 0.5
    assert not any(state.fed)


def test_answers_of_a_file_come_back_as_answers_of_calls_do() -> None:
    state = State()
    answers = [" ".join(f"file{at}word{k}" for k in range(24)) for at in range(60)]
    window.learn(state, answers, KEY)
    scores = []
    for at, text in enumerate(answers):
        call = features(f"Make this harder.\n\n{text}", at=1000 * at)
        _, seen = window.observe(state, call, None, KEY)
        scores.append(seen.score)

    assert scores[0] == 0
    assert max(scores) >= 0.8
