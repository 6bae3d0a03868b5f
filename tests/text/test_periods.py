"""Times in plain words, as questions and filters have them, in many languages: by one table a language."""

from __future__ import annotations

from datetime import date

import pytest

from kb.errors import UsageError
from kb.text.date_tables import date_table, languages
from kb.text.days import day_in, entry_day
from kb.text.periods import find_period, period_of

TODAY = date(2026, 5, 13)  # a Wednesday
LAST_WEEK = (date(2026, 5, 4), date(2026, 5, 10))
YESTERDAY = (date(2026, 5, 12),) * 2
MARCH = (date(2026, 3, 1), date(2026, 3, 31))
LAST_YEAR = (date(2025, 1, 1), date(2025, 12, 31))


@pytest.mark.parametrize(
    ("question", "period"),
    [
        ("What did I decide last week?", LAST_WEEK),
        ("Was habe ich letzte Woche beschlossen?", LAST_WEEK),
        ("Qu'est-ce que j'ai décidé la semaine dernière ?", LAST_WEEK),
        ("¿Qué decidí la semana pasada?", LAST_WEEK),
        ("我上周决定了什么？", LAST_WEEK),
        ("Che cosa ho deciso la settimana scorsa?", LAST_WEEK),
        ("O que eu decidi na semana passada?", LAST_WEEK),
        ("Wat heb ik vorige week besloten?", LAST_WEEK),
        ("Что я решил на прошлой неделе?", LAST_WEEK),
        ("先週何を決めましたか？", LAST_WEEK),
        ("지난주에 무엇을 결정했나요?", LAST_WEEK),
        ("What happened the day before yesterday?", (date(2026, 5, 11),) * 2),
        ("What happened yesterday?", YESTERDAY),
        ("Was ist gestern passiert?", YESTERDAY),
        ("Que s'est-il passé hier ?", YESTERDAY),
        ("Cosa è successo ieri?", YESTERDAY),
        ("Co się stało wczoraj?", YESTERDAY),
        ("Dün ne oldu?", YESTERDAY),
        ("昨日何がありましたか？", YESTERDAY),
        ("昨天发生了什么？", YESTERDAY),
        ("Apa yang terjadi kemarin?", YESTERDAY),
        ("What did we plan in March?", MARCH),
        ("Was haben wir im März geplant?", MARCH),
        ("Qu'avons-nous prévu en mars ?", MARCH),
        ("¿Qué planeamos en marzo?", MARCH),
        ("Cosa abbiamo pianificato a marzo?", MARCH),
        ("Mart'ta ne oldu?", None),
        ("三月我们计划了什么？", MARCH),
        ("3月に何を計画しましたか？", MARCH),
        ("What was planned for March 2024?", (date(2024, 3, 1), date(2024, 3, 31))),
        ("What have I written since March?", (date(2026, 3, 1), TODAY)),
        ("What happened three days ago?", (date(2026, 5, 10),) * 2),
        ("Was war vor drei Tagen?", (date(2026, 5, 10),) * 2),
        ("Que s'est-il passé il y a deux jours ?", (date(2026, 5, 11),) * 2),
        ("3天前发生了什么？", (date(2026, 5, 10),) * 2),
        ("Cosa è successo 3 giorni fa?", (date(2026, 5, 10),) * 2),
        ("What did I note in the last 10 days?", (date(2026, 5, 3), TODAY)),
        ("What happened on Monday?", (date(2026, 5, 11),) * 2),
        ("Was geschah am Montag?", (date(2026, 5, 11),) * 2),
        ("What happened on 5 March?", (date(2026, 3, 5),) * 2),
        ("Was war am 5. März 2025?", (date(2025, 3, 5),) * 2),
        ("What did I read in 2025?", LAST_YEAR),
        ("What did I read last year?", LAST_YEAR),
        ("Which tasks are due tomorrow?", (date(2026, 5, 14),) * 2),
        ("Welche Aufgaben sind nächste Woche fällig?", (date(2026, 5, 18), date(2026, 5, 24))),
        ("Was mache ich am Morgen?", None),
        ("¿Qué hago por la mañana?", None),
        ("Was steht hier über Tee?", None),
        ("May I park here?", None),
        ("How do I march on?", None),
    ],
)
def test_the_time_that_a_question_speaks_of(question: str, period: tuple[date, date] | None) -> None:
    found = find_period(question, TODAY)
    assert (None if found is None else (found.first, found.last)) == period


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("last-week", LAST_WEEK),
        ("letzte Woche", LAST_WEEK),
        ("settimana scorsa", LAST_WEEK),
        ("上周", LAST_WEEK),
        ("past week", (date(2026, 5, 6), TODAY)),
        ("yesterday", YESTERDAY),
        ("gestern", YESTERDAY),
        ("вчера", YESTERDAY),
        ("avant-hier", (date(2026, 5, 11),) * 2),
        ("March", MARCH),
        ("im März", MARCH),
        ("marzo", MARCH),
        ("марта 2026", MARCH),
        ("3月", MARCH),
        ("since March", (date(2026, 3, 1), TODAY)),
        ("March 2025", (date(2025, 3, 1), date(2025, 3, 31))),
        ("monday", (date(2026, 5, 11),) * 2),
        ("last Monday", (date(2026, 5, 11),) * 2),
        ("3-days-ago", (date(2026, 5, 10),) * 2),
        ("vor drei Tagen", (date(2026, 5, 10),) * 2),
        ("hace dos días", (date(2026, 5, 11),) * 2),
        ("5. März", (date(2026, 3, 5),) * 2),
        ("2026年3月5日", (date(2026, 3, 5),) * 2),
    ],
)
def test_the_time_that_a_filter_names(text: str, period: tuple[date, date]) -> None:
    assert period_of(text, TODAY) == period


@pytest.mark.parametrize("text", ["tea", "may be", "the plan of March", "Morgenstern", "一", "32 March"])
def test_other_words_name_no_time(text: str) -> None:
    with pytest.raises(UsageError):
        period_of(text, TODAY)


@pytest.mark.parametrize(
    "text",
    ["5 March 2026", "March 5th, 2026", "5. März 2026", "5 mars 2026", "5 de marzo de 2026", "2026年3月5日", "2026년 3월 5일",
     "5 марта 2026", "5 maart 2026", "5 marca 2026", "05.03.2026", "2026-03-05"],
)  # fmt: skip
def test_a_day_is_read_in_every_language(text: str) -> None:
    assert day_in(text) == entry_day(text) == date(2026, 3, 5)


@pytest.mark.parametrize("language", languages())
def test_each_table_is_whole(language: str) -> None:
    table = date_table(language)
    assert table is not None
    assert set(table.months.values()) == set(range(1, 13))
    assert set(table.weekdays.values()) == set(range(7))
    assert ("day", -1) in table.relative
