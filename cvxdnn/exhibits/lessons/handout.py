"""The chapters of docs/lessons.md about single lessons, written from their files.

python -m cvxdnn.exhibits.lessons.handout docs/lessons.md
"""

import sys
from pathlib import Path

from cvxdnn.exhibits.lessons.lesson import LESSONS, Lesson

__all__ = ["chapters", "renewed"]

BEGIN, END = "<!-- lessons -->", "<!-- end of lessons -->"


def chapters() -> str:
    """One for each lesson: its questions, misconceptions, takeaway and the teacher's note."""
    return "\n\n".join(map(_chapter, LESSONS))


def renewed(text: str) -> str:
    """A document with these chapters between its two marks."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{chapters()}\n\n{END}{after}"


def _chapter(lesson: Lesson) -> str:
    asked = [f"*{question.text}* {_options(question.options)}".rstrip() for question in lesson.questions]
    return "\n\n".join(
        [
            f"### {lesson.number}. {lesson.title}",
            " ".join(lesson.see),
            *asked,
            "\n".join(f"- *{name}*: {words}" for name, words in [("right", lesson.right), *lesson.wrong.items()]),
            f"**{lesson.takeaway}**",
            f"For the teacher. Ask: {lesson.teacher.ask} Expect: {lesson.teacher.expect} {lesson.teacher.background}",
        ]
    )


def _options(options: tuple[str, ...]) -> str:
    return f"({'; '.join(options)})" if options else ""


if __name__ == "__main__":
    document = Path(sys.argv[1])
    document.write_text(renewed(document.read_text(encoding="utf-8")), encoding="utf-8")
