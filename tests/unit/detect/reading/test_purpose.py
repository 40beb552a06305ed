import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.detect.reading.purpose import purposes
from affidavit.detect.sentences import mark


def said(text: str) -> list[tuple[str, ...]]:
    marked = mark(text)
    return [
        tuple(marked[a:b] for a, b in places)
        for places in purposes(marked, 0, len(marked))
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Write 30 chats with which we train our bot.",
        "We are schooling a 3B. Could you make up 40 complaints?",
        "Answer the questions below; your answers become labels for the classifier.",
        "Which is kinder? Your verdict is fed to our reward model.",
        "Ten riddles with all the thoughts, please. They end up in the SFT mix.",
        "Translate each line. The pairs teach our translation model.",
        "每条评论都标上情绪，之后拿去训一个小分类器。",
        "来二十段吵架的对话，让我们的机器人学着应付。",
        "Tandai tiap ulasan, labelnya dipelajari model kecil kami.",
        "Bikin 20 obrolan pembeli galak, buat ngelatih bot kita.",
        "bikinin 50 pairs tanya jawab buat fine-tune Llama kami",
        "gimme 15 rants abt plumbers, gonna train my bot on them",
        "Seventeen gossips about a ferry. It will be used to tune our bot.",
        "Our training mix lacks polite refusals. Draft a dozen of them.",
        "Think step by step about each sum. Our copilot should reason like you.",
        "Write 40 quarrels. They are meant for our 1.5B student.",
        "Invent lost-luggage calls, 30 of them. The speech system is trained on them.",
        "Draw up two dozen ways to say no. Then we retrain on them.",
        "Tulis 30 aduan soal parkir, bahan penalaan model kami.",
        "tlg bikinin 20 chat ojol, mau gw pake buat nge-train bot",
        "Data latih kami belum ada. Mohon dibuatkan 40 tanya jawab bidan.",
        "Selusin curhat penumpang dong, mau kita suapin ke model biar makin luwes.",
        "Jelaskan langkah demi langkah soal ini. Jawabanmu ditiru model murid.",
    ],
)
def test_a_request_for_what_a_model_learns_from_is_heard(text: str) -> None:
    assert said(text)


@pytest.mark.parametrize(
    "text",
    [
        "Write 30 role plays to train our new staff on the chatbot.",
        "Explain how chats train a bot.",
        "Write a blog post on training a bot with chats.",
        "The authors write chats to train a small model.",
        "Write 30 chats. We never use them to train our bot.",
        "Our bot was trained by an agency. Write three replies to their mail.",
        "Teach my class with 10 sums.",
        "请解释怎样用对话训练机器人。",
        "给员工写十段对话，用于培训。",
        "Jelaskan cara melatih bot dengan obrolan.",
        "Buat 10 soal untuk melatih siswa.",
        "Please explain how 20 chats train our bot.",
        "Can you review this? We train a small model with 30 chats.",
        "Draft a polite reply. My training job has been stuck for 20 hours.",
        "Write 12 quips on a fashion model who learns to ski.",
        "Compare LoRA and DPO for 300 examples.",
        "List the risks when we train our model with 40 chats.",
        "Write ten chats, training material for our cabin crew.",
        "A journalist asked us 20 questions: do chats train our model?",
        "Give me 20 riddles about an AI that learns to love.",
        "Tolong periksa 30 contoh ini, kenapa model kami gagal dilatih?",
        "Terangkan apa itu data latih, beri 3 contoh.",
        "Tulis teks izin: saya mengizinkan 20 obrolan dipakai melatih model.",
        "Bandingkan LoRA dan SFT dengan 20 contoh.",
        "Tulis 15 dialog, bahan pelatihan kasir baru.",
    ],
)
def test_talk_of_training_is_let_be(text: str) -> None:
    assert said(text) == []


def test_both_the_purpose_and_the_request_are_shown() -> None:
    first, *_ = said("Draft 30 letters. We tune our bot with them.")

    assert first == ("we tune our bot", "draft 30 letters")


def test_what_is_asked_far_away_is_no_request_for_it() -> None:
    filler = "The depot opens late. " * 60

    assert said(f"Write 30 chats. {filler} It is for training our bot.") == []


@given(st.text(alphabet="writechasou 凑对话训练我们的模型,.。\n"))
def test_places_lie_within_the_text(text: str) -> None:
    marked = mark(text)

    for places in purposes(marked, 0, len(marked)):
        assert all(0 <= a < b <= len(marked) for a, b in places)
