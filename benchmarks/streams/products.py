"""Products that make many calls and no training data: what each of them sends.

Written to be hard: they repeat templates, bring their own outputs back, ask for several
answers, for probabilities and for reasoning, as products do.
"""

# ruff: noqa: E501 - what a stream says reads best in one piece

import json
from collections.abc import Iterator
from typing import Any

from row import Maker, Row, ask
from texts import Pen


def support(pen: Pen) -> Iterator[Row]:
    """Conversations with customers, in roles or quoted in one prompt."""
    rng = pen.rng
    company, quoted = pen.name(), rng.random() < 0.4
    system = f"You are the support assistant of {company}. Be polite and brief. Never promise refunds."
    while True:
        said: list[str] = []
        for _ in range(rng.randint(1, 5)):
            said.append(
                f"{pen.question()} {pen.sentence() if rng.random() < 0.6 else ''}"
            )
            answer = f"Thank you for asking {company}. {pen.paragraph(2, 4)} Is there anything else?"
            if quoted:
                history = "\n".join(
                    f"{'Agent' if i % 2 else 'Customer'}: {each}"
                    for i, each in enumerate(said)
                )
                yield ask(
                    f"{system}\n\nConversation so far:\n{history}\n\nWrite the agent's reply.",
                    answer,
                )
            else:
                roles = [
                    {"role": "assistant" if i % 2 else "user", "content": each}
                    for i, each in enumerate(said)
                ]
                yield Row(
                    [{"role": "system", "content": system}, *roles],
                    {"temperature": 0.3},
                    answer,
                )
            said.append(answer)


def rag(pen: Pen) -> Iterator[Row]:
    """Questions over documents, some of which are earlier answers that were kept."""
    rng = pen.rng
    shelf = [pen.paragraph(4, 7) for _ in range(rng.randint(40, 200))]
    keeps, condenses = rng.random() < 0.5, rng.random() < 0.4
    while True:
        question = f"{pen.question()} {pen.sentence() if rng.random() < 0.3 else ''}"
        if condenses and rng.random() < 0.4:
            alone = pen.edited(question, 0.2)
            yield ask(
                f"Chat history:\n{pen.sentence()}\nFollow-up: {question}\nRewrite it as a standalone question.",
                alone,
            )
            question = alone
        passages = "\n---\n".join(rng.sample(shelf, rng.randint(2, 5)))
        answer = f"According to the documents, {pen.paragraph(1, 3)}"
        yield ask(
            f"Answer from the context only.\n\nContext:\n{passages}\n\nQuestion: {question}",
            answer,
            temperature=0,
        )
        if keeps and rng.random() < 0.1:
            shelf[rng.randrange(len(shelf))] = answer


def agent(pen: Pen) -> Iterator[Row]:
    """A task, tools and a scratchpad that grows."""
    rng = pen.rng
    as_roles = rng.random() < 0.4
    head = "Answer with Thought, Action and Action Input. You have search, calculator and files."
    while True:
        task, pad, said = f"{pen.task()} {pen.sentence()}", "", []
        for _ in range(rng.randint(2, 9)):
            thought = f"Thought: {pen.sentence()}\nAction: {rng.choice(['search', 'files'])}\nAction Input: {pen.topic()}"
            if as_roles:
                yield Row(
                    [
                        {"role": "system", "content": head},
                        {"role": "user", "content": task},
                        *said,
                    ],
                    {"tools": 3},
                    thought,
                )
                said += [
                    {"role": "assistant", "content": thought},
                    {"role": "tool", "content": pen.paragraph(2, 6)},
                ]
            else:
                yield ask(f"{head}\n\nTask: {task}\n{pad}", thought, temperature=0)
                pad += f"{thought}\nObservation: {pen.paragraph(1, 5)}\n"


def code_edits(pen: Pen) -> Iterator[Row]:
    """A file changed as somebody asks, again and again."""
    rng = pen.rng
    while True:
        code = "\n\n".join(pen.code() for _ in range(rng.randint(1, 4)))
        for _ in range(rng.randint(1, 8)):
            wish = f"{rng.choice(['Rename', 'Extract', 'Inline', 'Guard'])} {pen.noun()} so that it {pen.noun()}s the {pen.thing()}"
            changed = pen.edited(code, 0.08) + (
                "\n\n" + pen.code(4) if rng.random() < 0.3 else ""
            )
            yield ask(
                f"Here is the file:\n```\n{code}\n```\n{wish}.\nReturn the whole file.",
                changed,
                temperature=0,
            )
            code = changed


def code_review(pen: Pen) -> Iterator[Row]:
    """Pull requests, and answers to what their authors say."""
    rng = pen.rng
    while True:
        diff = "\n".join(
            ("+" if rng.random() < 0.6 else "-") + line
            for line in pen.code(16).split("\n")
        )
        review = "\n".join(
            f"{i}. {pen.sentence()}" for i in range(1, rng.randint(2, 5))
        )
        yield ask(
            f"Review this pull request of {pen.name()}.\n\n{diff}",
            review,
            reasoning_effort="medium",
        )
        if rng.random() < 0.3:
            yield ask(
                f"You wrote this review:\n{review}\n\nThe author says: {pen.sentence()} {pen.sentence()}\nReply.",
                pen.paragraph(1, 2),
            )


def translation(pen: Pen) -> Iterator[Row]:
    """Product texts into other languages."""
    rng = pen.rng
    wording = rng.choice(
        (
            "Translate into {}. Keep the placeholders.",
            "Translate the text to {} for our website.",
        )
    )
    languages = rng.sample(["Chinese", "French", "Indonesian", "German", "Korean"], 3)
    while True:
        text = pen.paragraph(1, 4)
        for language in languages[: rng.randint(1, 3)]:
            yield ask(
                f"{wording.format(language)}\n\n{text}",
                pen.chinese(rng.randint(2, 5)),
                temperature=0,
            )


def nightly_summaries(pen: Pen) -> Iterator[Row]:
    """Long documents summarised in parts, and the parts' summaries together."""
    rng = pen.rng
    size = rng.randint(6, 14)
    while True:
        parts = []
        for _ in range(rng.randint(size // 2, size)):
            text = pen.document(2, 5)
            summary = " ".join(rng.sample(text.replace("\n", " ").split(". "), 2))
            parts.append(summary)
            yield ask(
                f"Summarise this part of the meeting notes in two sentences.\n\n{text}",
                summary,
            )
        yield ask(
            "Combine these notes into one summary for the team.\n\n" + "\n".join(parts),
            pen.paragraph(3, 5),
        )


def moderation(pen: Pen) -> Iterator[Row]:
    """Posts judged, with the probabilities of the labels."""
    rng = pen.rng
    labels = rng.sample(["safe", "spam", "abuse", "adult", "violence", "self-harm"], 4)
    params = {
        "logprobs": True,
        "top_logprobs": rng.choice((2, 5, 10)),
        "max_tokens": 3,
        "temperature": 0,
    }
    while True:
        post = pen.sentence() if rng.random() < 0.6 else pen.paragraph(1, 3)
        yield ask(
            f"Classify the post as one of {', '.join(labels)}.\n\nPost: {post}\nLabel:",
            rng.choice(labels),
            **params,
        )


def catalogue(pen: Pen) -> Iterator[Row]:
    """Descriptions of articles from their attributes, then a title for some."""
    rng = pen.rng
    shop = pen.name()
    titled = rng.random() < 0.4
    while True:
        attributes = "\n".join(
            f"{pen.noun()}: {pen.thing()} {rng.randint(1, 500)}"
            for _ in range(rng.randint(4, 9))
        )
        text = pen.paragraph(3, 5)
        yield ask(
            f"Write a product description for {shop}'s storefront.\n\n{attributes}",
            text,
            temperature=0.7,
        )
        if titled and rng.random() < 0.2:
            yield ask(
                f"Write a title of at most 60 characters for:\n{text}", pen.topic()
            )


def quiz(pen: Pen) -> Iterator[Row]:
    """Quizzes for pupils from their lessons, and hints on them."""
    rng = pen.rng
    number = rng.randint(3, 8)
    while True:
        lesson = pen.document(1, 3)
        made = "\n".join(
            f"{i}. {pen.question()}\nA) {pen.thing()}\nB) {pen.thing()}"
            for i in range(1, number)
        )
        yield ask(
            f"Write {number} multiple-choice questions for students about this lesson.\n\n{lesson}",
            made,
        )
        if rng.random() < 0.2:
            yield ask(
                f"A student got this wrong:\n{made.splitlines()[0]}\nThe student wrote: {pen.sentence()}\nGive a hint.",
                pen.sentence(),
            )


def unit_tests(pen: Pen) -> Iterator[Row]:
    """Tests for functions; a failing one is mended with the runner's output."""
    rng = pen.rng
    while True:
        code, test = pen.code(10), pen.code(8)
        yield ask(
            f"Write pytest unit tests for this function.\n\n{code}", test, temperature=0
        )
        while rng.random() < 0.3:
            trace = f"File {pen.name()}.py line {rng.randint(1, 300)}: {pen.sentence()}"
            yield ask(
                f"Function:\n{code}\n\nTests:\n{test}\n\nThe run failed:\n{trace}\nCorrect the tests.",
                pen.edited(test, 0.1),
            )


def in_house_evaluation(pen: Pen) -> Iterator[Row]:
    """Answers of one's own assistant graded against a reference."""
    rng = pen.rng
    wording = rng.choice(
        (
            "Grade our assistant's answer for correctness from 1 to 5 against the reference, and say why in a sentence.",
            "You check the answers of our support bot before a release. Is the answer faithful to the reference? PASS or FAIL, with a reason.",
        )
    )
    cases = [(pen.question(), pen.paragraph(1, 2)) for _ in range(rng.randint(60, 300))]
    while True:
        question, reference = rng.choice(cases)
        yield ask(
            f"{wording}\n\nQuestion: {question}\nReference: {reference}\nAnswer: {pen.edited(reference, 0.4)} {pen.sentence()}",
            f"{rng.randint(1, 5)}. {pen.sentence()}",
            temperature=0,
        )


def ab_tests(pen: Pen) -> Iterator[Row]:
    """Variants of subject lines and adverts, several a call."""
    rng = pen.rng
    params: dict[str, Any] = {
        "n": rng.choice((2, 3, 4, 5)),
        "temperature": 0.9,
        "max_tokens": 80,
    }
    brand = pen.name()
    while True:
        yield ask(
            f"Write an email subject line for {brand}'s customers about: {pen.sentence()} {pen.topic()}",
            pen.topic(),
            **params,
        )


def classifier_labels(pen: Pen) -> Iterator[Row]:
    """Labels for a classifier of one's own, which the terms permit."""
    rng = pen.rng
    labels = [pen.noun() for _ in range(rng.randint(3, 9))]
    wording = rng.choice(
        (
            f"Label the message for our intent classifier with one of: {', '.join(labels)}.",
            f"Assign one category ({', '.join(labels)}) to the text. It will train our routing classifier.",
        )
    )
    while True:
        yield ask(
            f"{wording}\n\nMessage: {pen.paragraph(1, 3)}",
            rng.choice(labels),
            temperature=0,
        )


def autocomplete(pen: Pen) -> Iterator[Row]:
    """A document that its writer goes on with, taking some suggestions."""
    rng = pen.rng
    number = rng.choice((1, 1, 3))
    while True:
        text = pen.sentence()
        for _ in range(rng.randint(5, 20)):
            offered = " ".join(pen.sentence().split()[: rng.randint(3, 9)])
            yield ask(
                f"Continue the text in a few words.\n\n{text}",
                offered,
                max_tokens=16,
                n=number,
            )
            text += " " + offered if rng.random() < 0.3 else ""
            text += " " + " ".join(pen.sentence().split()[: rng.randint(2, 14)])


def email_triage(pen: Pen) -> Iterator[Row]:
    """Mail sorted and answered; threads quote what was answered before."""
    rng = pen.rng
    while True:
        thread = ""
        for _ in range(rng.randint(1, 4)):
            mail = f"From: {pen.name()}\n{pen.paragraph(1, 4)}"
            answer = f"Dear customer, {pen.paragraph(1, 3)} Kind regards"
            yield ask(
                f"Sort this email into urgent, normal or spam and draft a reply.\n\n{mail}\n{thread}",
                f"normal\n\n{answer}",
            )
            thread = f"> {answer}\n> {mail}\n{thread}"


def report_generation(pen: Pen) -> Iterator[Row]:
    """An outline, its sections, and a closing, from one set of figures."""
    rng = pen.rng
    while True:
        figures = "\n".join(
            f"{pen.noun()} {pen.noun()}: {rng.randint(1, 9999)}"
            for _ in range(rng.randint(8, 25))
        )
        sections = [pen.topic() for _ in range(rng.randint(3, 7))]
        outline = "\n".join(f"{i}. {each}" for i, each in enumerate(sections, 1))
        yield ask(
            f"Outline the quarterly report for {pen.name()}.\n\nFigures:\n{figures}",
            outline,
        )
        for each in sections:
            yield ask(
                f"Figures:\n{figures}\n\nOutline:\n{outline}\n\nWrite section: {each}",
                pen.document(1, 2),
            )


def legal_review(pen: Pen) -> Iterator[Row]:
    """Clauses checked against a playbook, with the reasoning written out."""
    rng = pen.rng
    playbook = pen.document(2, 3)
    while True:
        clause = pen.paragraph(2, 5)
        yield ask(
            f"Playbook:\n{playbook}\n\nReview this clause for our legal team, step by step, and name the risk.\n\nClause: {clause}",
            f"{pen.reasoning(rng.randint(2, 5))}",
            reasoning_effort="high",
        )


def extraction(pen: Pen) -> Iterator[Row]:
    """Fields of invoices as JSON."""
    rng = pen.rng
    fields = [f"{pen.noun()}_{pen.noun()}" for _ in range(rng.randint(4, 8))]
    while True:
        text = pen.paragraph(2, 5)
        output = json.dumps({field: pen.thing() for field in fields})
        yield ask(
            f"Extract the fields {', '.join(fields)} from the invoice as JSON.\n\n{text}",
            output,
            temperature=0,
            seed=7,
        )


def tutoring(pen: Pen) -> Iterator[Row]:
    """Exercises explained to a pupil, in conversations."""
    rng = pen.rng
    while True:
        said: list[dict[str, str]] = [
            {
                "role": "system",
                "content": "You are a patient tutor. Explain step by step to the student.",
            }
        ]
        for _ in range(rng.randint(1, 4)):
            said.append(
                {"role": "user", "content": f"{pen.sentence()} {pen.question()}"}
            )
            answer = pen.reasoning(rng.randint(3, 6))
            yield Row(list(said), {}, answer)
            said.append({"role": "assistant", "content": answer})


PRODUCTS: dict[str, Maker] = {
    each.__name__: each
    for each in (
        support,
        rag,
        agent,
        code_edits,
        code_review,
        translation,
        nightly_summaries,
        moderation,
        catalogue,
        quiz,
        unit_tests,
        in_house_evaluation,
        ab_tests,
        classifier_labels,
        autocomplete,
        email_triage,
        report_generation,
        legal_review,
        extraction,
        tutoring,
    )
}
