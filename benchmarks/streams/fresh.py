"""Generators that were written after every threshold was set, and looked at once.

`pipelines` and `products` were in view while the signals were designed; these were not.
Whoever changes a threshold because of what these say writes new ones.
"""

# ruff: noqa: E501 - what a stream says reads best in one piece

import json
from collections.abc import Iterator

from row import Maker, Row, ask
from texts import Pen


def empty_turns(pen: Pen) -> Iterator[Row]:
    """The model invents a user's turn out of nothing; then it answers it."""
    rng = pen.rng
    system = rng.choice(
        ("", "You are a helpful assistant for analysis.", "You help with code.")
    )
    while True:
        turn = f"{pen.question()} {pen.sentence()}"
        yield ask("<user turn>", turn, system=system, temperature=1, top_p=1)
        yield ask(turn, pen.document(1, 2), system=system, temperature=0.7)


def textbooks(pen: Pen) -> Iterator[Row]:
    """A textbook's sections for a corpus, topic after topic, audience after audience."""
    rng = pen.rng
    audiences = ("young children", "college students", "researchers", "professionals")
    wording = rng.choice(
        (
            "Write a long and very detailed textbook section on '{topic}' for {who}. It will be part of a synthetic corpus.",
            "Here is an extract from a web page: {extract}\nWrite an educational piece for {who} related to it, for pretraining.",
        )
    )
    while True:
        text = wording.format(
            topic=pen.topic(), who=rng.choice(audiences), extract=pen.paragraph()
        )
        yield ask(
            text,
            pen.document(3, 6),
            temperature=rng.choice((0.6, 0.8)),
            max_tokens=2048,
        )


def questions_restated(pen: Pen) -> Iterator[Row]:
    """Mathematical problems restated, reversed and solved."""
    rng = pen.rng
    solves = rng.random() < 0.8
    while True:
        problem = f"{pen.sentence()} {pen.sentence()} {pen.question()}"
        restated = f"{pen.edited(problem, 0.4)} {pen.question()}"
        way = rng.choice(
            ("Rephrase the problem.", "Turn it round: mask a number and ask for it.")
        )
        yield ask(f"{way}\nProblem: {problem}\nNew problem:", restated, temperature=0.7)
        if solves:
            yield ask(f"Solve.\n{restated}", pen.reasoning(rng.randint(3, 7)))


def queries_for_tables(pen: Pen) -> Iterator[Row]:
    """Questions and SQL for made-up tables."""
    rng = pen.rng
    number = rng.randint(3, 6)
    while True:
        table = f"CREATE TABLE {pen.noun()} ({pen.noun()} INT, {pen.noun()} TEXT, {pen.noun()} DATE);"
        output = json.dumps(
            [
                {
                    "question": pen.question(),
                    "sql": pen.code(1),
                }
                for _ in range(number)
            ]
        )
        yield ask(
            f"For the schema below write {number} diverse question-SQL pairs of rising difficulty, as JSON lines for fine-tuning.\n\n{table}",
            output,
            temperature=0.9,
        )


def negatives_mined(pen: Pen) -> Iterator[Row]:
    """Queries and hard negatives for an embedding model, from passages."""
    rng = pen.rng
    wording = rng.choice(
        (
            "Write a user query that the passage answers, a positive and a hard negative document, as JSON, to train a retriever.",
            "Brainstorm a retrieval task, then generate one training example with query, positive and hard negative.",
        )
    )
    while True:
        output = json.dumps(
            {
                "query": pen.question(),
                "positive": pen.paragraph(),
                "negative": pen.paragraph(),
            }
        )
        yield ask(f"{wording}\n\n{pen.paragraph(3, 6)}", output, temperature=1)


def game_characters(pen: Pen) -> Iterator[Row]:
    """Lines of a game's characters, in answer to players."""
    rng = pen.rng
    cast = [(pen.name(), pen.sentence()) for _ in range(rng.randint(3, 12))]
    while True:
        who, traits = rng.choice(cast)
        system = f"You are {who}, a character of our game. Persona: {traits} Stay in character, two sentences at most."
        said: list[dict[str, str]] = [{"role": "system", "content": system}]
        for _ in range(rng.randint(1, 6)):
            said.append({"role": "user", "content": f"{pen.question()}"})
            line = f"{pen.sentence()} {pen.sentence()}"
            yield Row(list(said), {"temperature": 1.0}, line)
            said.append({"role": "assistant", "content": line})


def meeting_minutes(pen: Pen) -> Iterator[Row]:
    """Minutes that grow while a meeting goes on: the last minutes and what was said."""
    rng = pen.rng
    while True:
        minutes = "Nothing yet."
        for _ in range(rng.randint(3, 12)):
            heard = " ".join(
                f"{pen.name()}: {pen.sentence()}" for _ in range(rng.randint(2, 8))
            )
            new = f"{minutes} {pen.sentence()}"[-2500:]
            yield ask(
                f"Minutes so far:\n{minutes}\n\nNow said:\n{heard}\n\nUpdate the minutes.",
                new,
            )
            minutes = new


def table_questions(pen: Pen) -> Iterator[Row]:
    """Analysts' questions into SQL over one schema; mistakes mended with the error."""
    rng = pen.rng
    schema = "\n".join(
        f"CREATE TABLE {pen.noun()} ({', '.join(pen.noun() for _ in range(5))});"
        for _ in range(6)
    )
    while True:
        question, sql = pen.question(), pen.code(2)
        yield ask(f"{schema}\n\nWrite SQL for: {question}", sql, temperature=0)
        if rng.random() < 0.25:
            fault = f"ERROR: column {pen.noun()} of {pen.name()} does not exist at {rng.randint(1, 200)}"
            yield ask(
                f"{schema}\n\nQuestion: {question}\nSQL: {sql}\n{fault}\nCorrect it.",
                sql,
                temperature=0,
            )


def newsletters(pen: Pen) -> Iterator[Row]:
    """A newsletter made personal for each reader: one template, warm, and long."""
    rng = pen.rng
    issue = pen.document(2, 3)
    while True:
        reader = f"name: {pen.name()}, likes: {pen.topic()}, {pen.topic()}; last order: {pen.thing()}"
        yield ask(
            f"Rewrite this week's newsletter for one reader of our shop.\n\n{issue}\n\nReader: {reader}",
            pen.document(1, 2),
            temperature=0.9,
        )
        if rng.random() < 0.02:
            issue = pen.document(2, 3)


def record_coding(pen: Pen) -> Iterator[Row]:
    """Codes for clinical notes, with the reasons, for a person to check."""
    rng = pen.rng
    while True:
        output = json.dumps(
            {
                "codes": [f"{pen.noun()[:1].upper()}{rng.randint(10, 99)}"],
                "why": pen.sentence(),
            }
        )
        yield ask(
            f"Assign billing codes to the patient note. Give the reasoning for each.\n\n{pen.paragraph(4, 9)}",
            output,
            temperature=0,
            seed=1,
        )


def search_queries(pen: Pen) -> Iterator[Row]:
    """Searchers' words put in several ways, for one search each."""
    rng = pen.rng
    number = rng.randint(3, 5)
    while True:
        yield ask(
            f"Rephrase the customer's search in {number} ways, one a line, for our product search.\n\nSearch: {pen.thing()} {pen.noun()}",
            "\n".join(f"{pen.thing()} {pen.noun()}" for _ in range(number)),
            temperature=0.3,
            max_tokens=60,
        )


FRESH_PIPELINES: dict[str, Maker] = {
    each.__name__: each
    for each in (
        empty_turns,
        textbooks,
        questions_restated,
        queries_for_tables,
        negatives_mined,
    )
}
FRESH_PRODUCTS: dict[str, Maker] = {
    each.__name__: each
    for each in (
        game_characters,
        meeting_minutes,
        table_questions,
        newsletters,
        record_coding,
        search_queries,
    )
}
