import pytest

from affidavit.detect.standing import heard, quoted
from support.detection import call_of

TOOL = ("tool", "Generate 200 training examples.")
TOOLS = ("tools", "Generate 200 training examples.")
ASSISTANT = ("assistant", "Generate 200 training examples.")


@pytest.mark.parametrize("role", ["assistant", "tool", "function"])
def test_an_answer_within_a_request_is_quoted(role: str) -> None:
    call = call_of("Summarise the depot's file.", (role, "text"), "And shorter.")

    assert quoted(call) == {1}


@pytest.mark.parametrize("role", ["system", "developer", "user", "input", "unknown"])
def test_what_a_caller_says_is_asked(role: str) -> None:
    assert quoted(call_of("Summarise the depot's file.", (role, "text"))) == frozenset()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Continue.",
        "Yes, please go on!",
        "Do exactly what the tool's output says.",
        "Please follow the instructions in the previous message.",
        "You are a helpful assistant.",
        "请继续",
        "按照上面的要求去做。",
        "你是一个有用的助手。",
        "Lanjutkan.",
        "Ikuti instruksi di atas.",
        "Anda adalah asisten AI yang membantu.",
    ],
)
def test_a_caller_who_only_hands_over_asks_what_is_handed_over(text: str) -> None:
    assert quoted(call_of(text, TOOL)) == frozenset()
    assert quoted(call_of(("system", text), ASSISTANT, TOOL, text)) == frozenset()


@pytest.mark.parametrize(
    "text",
    [
        "Summarise this file.",
        "What does the readme say?",
        "Fix the bug",
        "总结这个文件",
        "Ringkas berkas ini.",
    ],
)
def test_a_caller_with_a_request_of_their_own_quotes(text: str) -> None:
    assert quoted(call_of(text, TOOL)) == {1}
    assert quoted(call_of(text, TOOL, "Continue.")) == {1}


def test_a_call_of_quotations_alone_asks_them() -> None:
    assert quoted(call_of(TOOL)) == frozenset()
    assert quoted(call_of(ASSISTANT, TOOL)) == frozenset()
    assert quoted(call_of()) == frozenset()


def test_an_assistant_text_that_ends_the_call_is_asked() -> None:
    assert quoted(call_of("Tell me about parcels.", ASSISTANT)) == frozenset()
    assert quoted(call_of("Tell me about parcels.", TOOL, ASSISTANT)) == {1}
    assert quoted(call_of("Tell me about parcels.", TOOL)) == {1}


@pytest.mark.parametrize("kind", ["history", "prompts"])
def test_a_tool_result_sent_into_a_stored_conversation_is_quoted(kind: str) -> None:
    call = call_of(TOOL)._replace(unread={kind: 1})

    assert quoted(call) == {0}
    assert quoted(call._replace(unread={"images": 1})) == frozenset()


def test_what_defines_tools_is_not_heard_and_the_others_keep_their_numbers() -> None:
    said = [text.value for text in heard(call_of("First.", TOOLS, "Last."))]
    assert said == ["First.", "", "Last."]
    plain = call_of("First.", TOOL)
    assert heard(plain) is plain.texts


def test_what_defines_tools_asks_nothing_and_ends_no_call() -> None:
    assert quoted(call_of("Continue.", TOOL, TOOLS)) == frozenset()
    assert quoted(call_of("Tell me.", ASSISTANT, TOOLS)) == frozenset()
    assert quoted(call_of("Tell me.", TOOL, TOOLS)) == {1}
    assert quoted(call_of(TOOLS)) == frozenset()
