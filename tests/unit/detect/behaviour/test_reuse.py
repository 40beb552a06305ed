"""Outputs that come back with nothing new beside them, and those that do not."""

from affidavit.detect.behaviour import reuse
from affidavit.detect.behaviour.reuse import Made
from affidavit.detect.behaviour.state import COUNT, State
from affidavit.detect.behaviour.words import Key

KEY = Key.of(b"0123456789abcdef")
OUTPUT = (
    "Design a small harbour for seven fishing boats, where the northern wall must "
    "withstand winter storms and the ferry has to leave twice a day."
)
TEMPLATE = (
    "Rewrite the following request so that it becomes harder.\n\n{}\n\nRewritten:"
)


def taught(*inputs: str, outputs: tuple[str, ...] = (OUTPUT,)) -> State:
    state = State()
    for number, text in enumerate(inputs):
        take_in(state, text)
        state.header[COUNT] = number + 1
    for number, text in enumerate(outputs):
        reuse.remember_output(state, text, number, KEY)
    state.header[COUNT] += 1
    return state


def take_in(state: State, text: str) -> Made:
    made, runs = reuse.composition(state, text, KEY)
    reuse.remember_input(state, runs, made.items)
    return made


def test_an_output_in_a_known_template_feeds_a_call() -> None:
    state = taught(TEMPLATE.format("Plan a lighthouse."))
    made = take_in(state, TEMPLATE.format(OUTPUT))

    assert made.fed == 100
    assert made.makers == (0,)


def test_it_does_so_once_and_is_carried_from_then_on() -> None:
    state = taught(TEMPLATE.format("Plan a lighthouse."))
    take_in(state, TEMPLATE.format(OUTPUT))

    again = take_in(state, TEMPLATE.format(OUTPUT))
    assert again.returned == 0
    assert again.fed == 0


def test_an_output_beside_new_words_of_somebody_feeds_nothing() -> None:
    state = taught(TEMPLATE.format("Plan a lighthouse."))
    reply = "Thanks, but my grandmother prefers marble quays with lanterns everywhere."
    made = take_in(state, TEMPLATE.format(f"{OUTPUT}\n{reply}"))

    assert made.returned > 10
    assert made.written
    assert made.fed == 0


def test_a_line_of_an_earlier_list_is_known_as_a_slot() -> None:
    listed = "1. harbour law\n2. winter storms\n3. ferry timetables\n4. sea walls"
    asked = "Give me ten narrower subjects of {} please"
    state = taught(
        *(asked.format(each) for each in ("rivers", "boats", "tides")),
        outputs=(listed,),
    )
    made = take_in(state, asked.format("ferry timetables"))

    assert made.items
    assert made.fed == 100


def test_each_output_of_a_pool_is_told_apart() -> None:
    other = "List nine ways in which a quiet orchard helps the village through autumn."
    state = taught("Here are some tasks.", outputs=(OUTPUT, other))
    made = take_in(state, f"Here are some tasks.\n{OUTPUT}\n{other}")

    assert made.pieces == 2
    assert set(made.makers) == {0, 1}


def test_labels_are_nothing_that_comes_back() -> None:
    state = taught("Sort this.", outputs=("urgent", "normal"))

    assert take_in(state, "Sort this. urgent").items == ()
