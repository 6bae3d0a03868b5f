"""Vaults made by chance: journals, subjects, lists, tables and logs, each passage with the facts that it tells."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, timedelta

from training.values import day_title, log_day, value_of
from training.vault_words import (
    LANGUAGES,
    Fact,
    Passage,
    any_subject,
    bare_name,
    filled_in,
    kind_of,
    known_lines,
    known_relations,
    known_words,
    label_of,
    plain_kind,
    templates_of,
)

_OTHER_NOTES = 14  # notes a vault
_HEADINGS = {
    "en": ("Notes", "Details", "Log", "To remember", ""),
    "de": ("Notizen", "Details", "Verlauf", "Merken", ""),
    "fr": ("Notes", "Détails", "Journal", "À retenir", ""),
    "es": ("Notas", "Detalles", "Registro", "Recordar", ""),
    "zh": ("笔记", "详情", "记录", "备忘", ""),
}
_LISTS = {  # relation of a list: its heading in five languages, the words its items are drawn from
    "dish.ingredients": ("Ingredients|Zutaten|Ingrédients|Ingredientes|材料", "ingredient"),
    "dish.steps": ("Method|Zubereitung|Préparation|Preparación|做法", "step"),
    "howto.steps": ("Steps|Schritte|Étapes|Pasos|步骤", "step"),
    "project.todo": ("To do|Offen|À faire|Pendiente|待办", "task"),
    "project.buy": ("To buy|Einkaufen|À acheter|Comprar|要买的", "goods"),
}
_CHANGES = {
    "en": ("Now: {v}", "changed to {v}", "{v} instead", "new: {v}"),
    "de": ("Jetzt: {v}", "geändert: {v}", "doch {v}", "neu: {v}"),
    "fr": ("Maintenant : {v}", "changé : {v}", "finalement {v}", "nouveau : {v}"),
    "es": ("Ahora: {v}", "cambiado: {v}", "al final {v}", "nuevo: {v}"),
    "zh": ("现在：{v}", "改成{v}", "最后选{v}", "新的：{v}"),
}
_CHANGING = (
    "thing.colour",
    "event.date",
    "event.place",
    "project.deadline",
    "contract.monthly",
    "person.phone",
)


def make_vault(chance: random.Random) -> list[Passage]:
    """The passages of one made vault; no relation of a subject is told in two of them."""
    lang = chance.choices(LANGUAGES, (8, 3, 3, 2, 3))[0]
    told: set[tuple[tuple[str, ...], str]] = set()
    passages: list[Passage] = []
    for _ in range(_OTHER_NOTES):
        own = lang if chance.random() < 0.7 else chance.choice(LANGUAGES)
        maker = chance.choices((_journal, _subject, _list, _table, _log), (4, 4, 4, 2, 3))[0]
        if (passage := maker(own, told, chance)) and passage.facts:
            passages.append(passage)
    return passages


class _Text:
    """A passage being written: lines, and facts at their places."""

    def __init__(self, lang: str, head: str) -> None:
        self.lang = lang
        self.text = head
        self.facts: list[Fact] = []

    def line(self, text: str, facts: Sequence[Fact] = ()) -> None:
        """Add a line; the places of `facts` count from its beginning."""
        base = len(self.text) + (1 if self.text else 0)
        self.text += ("\n" if self.text else "") + text
        self.facts += [Fact(f.subject, f.relation, base + f.start, base + f.end) for f in facts]

    def done(self) -> Passage:
        return Passage(self.text, self.lang, tuple(self.facts))


def _journal(lang: str, told: set[tuple[tuple[str, ...], str]], chance: random.Random) -> Passage:
    """A day's lines about this and that, or lines on one kind of subject under its title."""
    kinds = [kind for kind in known_lines() if templates_of(kind, lang)]
    one = chance.choice(kinds) if chance.random() < 0.35 else ""
    day = day_title(lang, chance)
    text = _Text(lang, day if not one else _head(plain_kind(one, lang), lang, chance))
    bullet = chance.choice(("- ", "- ", "* ", ""))
    for _ in range(chance.randint(3, 9)):
        kind = one or chance.choice(kinds)
        subject = any_subject(kind, chance)
        template = chance.choice(templates_of(kind, lang))
        line, facts = filled_in(template, kind, subject, lang, chance)
        if any((fact.subject, fact.relation) in told for fact in facts):
            continue
        told.update((fact.subject, fact.relation) for fact in facts)
        moved = [Fact(f.subject, f.relation, f.start + len(bullet), f.end + len(bullet)) for f in facts]
        text.line(bullet + line, moved)
    return text.done()


def _subject(lang: str, told: set[tuple[tuple[str, ...], str]], chance: random.Random) -> Passage:
    """A note on one subject, which only its title or heading names."""
    kind = chance.choice([kind for kind in known_lines() if templates_of(kind, lang, bare=True)])
    subject = any_subject(kind, chance)
    title = bare_name(subject[LANGUAGES.index(lang)])
    under = plain_kind(kind, lang)
    head = f"{under} > {title}" if chance.random() < 0.4 else _head(title, lang, chance)
    text = _Text(lang, head)
    bullet = chance.choice(("- ", "", ""))
    templates = templates_of(kind, lang, bare=True)
    for template in chance.sample(templates, min(len(templates), chance.randint(2, 7))):
        line, facts = filled_in(template, kind, subject, lang, chance)
        if any((fact.subject, fact.relation) in told for fact in facts):
            continue
        told.update((fact.subject, fact.relation) for fact in facts)
        text.line(
            bullet + line,
            [Fact(f.subject, f.relation, f.start + len(bullet), f.end + len(bullet)) for f in facts],
        )
    return text.done()


def _list(lang: str, told: set[tuple[tuple[str, ...], str]], chance: random.Random) -> Passage | None:
    """Ingredients, steps, tasks: the whole list is the answer."""
    relation = chance.choice([*_LISTS, "howto.command"])
    kind = relation.split(".")[0]
    subject = any_subject(kind, chance)
    if (subject, relation) in told:
        return None
    at = LANGUAGES.index(lang)
    title = bare_name(subject[at])
    text = _Text(lang, title)
    told.add((subject, relation))
    if relation == "howto.command":
        code = value_of("code", lang, chance)
        text.line(chance.choice(("```", "```sh")))
        text.line(code, [Fact(subject, relation, 0, len(code))])
        text.line("```")
        return text.done()
    heading, words = _LISTS[relation]
    name = heading.split("|")[at]
    if chance.random() < 0.6:
        text.text = f"{title} > {name}"
    else:
        text.line(f"{name}:")
    items = chance.sample(known_words()[words], chance.randint(2, 7))
    marks = [f"{n}. " for n in range(1, 9)] if words == "step" and chance.random() < 0.7 else ["- "] * 9
    if relation == "project.todo":
        marks = ["- [ ] "] * 9
        if chance.random() < 0.5:
            text.line("- [x] " + chance.choice(known_words()["task"])[at])
    body = "\n".join(mark + item[at] for mark, item in zip(marks, items, strict=False))
    text.line(body, [Fact(subject, relation, len(marks[0]), len(body))])
    return text.done()


def _table(lang: str, told: set[tuple[tuple[str, ...], str]], chance: random.Random) -> Passage:
    """Subjects of one kind as rows, relations as columns."""
    kind = chance.choice(("thing", "person", "event", "contract", "plant", "book", "drug"))
    relations = [
        r for r in known_relations() if r.startswith(kind + ".") and kind_of(r) not in ("list", "people")
    ]
    columns = chance.sample(relations, min(len(relations), chance.randint(2, 4)))
    at = LANGUAGES.index(lang)
    text = _Text(lang, _head(plain_kind(kind, lang), lang, chance))
    names = [bare_name(label_of(r, at)) for r in columns]
    text.line("| " + " | ".join([" ", *names]) + " |")
    text.line("|" + "---|" * (len(columns) + 1))
    for subject in {any_subject(kind, chance) for _ in range(chance.randint(3, 6))}:
        row, facts = f"| {bare_name(subject[at])} |", []
        for relation in columns:
            value = value_of(kind_of(relation), lang, chance)
            if (subject, relation) in told or chance.random() < 0.1:
                row += "  |"
                continue
            told.add((subject, relation))
            row += f" {bare_name(label_of(relation, at))}: "  # as kb gives tables to the reader
            facts.append(Fact(subject, relation, len(row), len(row) + len(value)))
            row += f"{value} |"
        text.line(row, facts)
    return text.done()


def _log(lang: str, told: set[tuple[tuple[str, ...], str]], chance: random.Random) -> Passage | None:
    """Dated entries on one subject; what is told last is what holds."""
    relation = chance.choice(_CHANGING)
    kind = relation.split(".")[0]
    subject = any_subject(kind, chance)
    if (subject, relation) in told:
        return None
    told.add((subject, relation))
    at = LANGUAGES.index(lang)
    text = _Text(lang, _head(bare_name(subject[at]), lang, chance))
    day = date(2023, 1, 1) + timedelta(chance.randrange(1000))
    name = bare_name(label_of(relation, at))
    last = chance.randint(1, 3)
    for turn in range(last + 1):
        day += timedelta(chance.randint(3, 90))
        value = value_of(kind_of(relation), lang, chance)
        shape = f"{name}: {{v}}" if not turn else chance.choice(_CHANGES[lang])
        if turn and chance.random() < 0.5:
            shape = f"{name} {shape[0].lower()}{shape[1:]}"
        before = f"{log_day(day, lang, chance)}: "
        line = before + shape.replace("{v}", value)
        start = line.index(value, len(before))
        # Only the last entry answers; the earlier ones are facts that no wrong passage may hold.
        text.line(
            "- " + line, [Fact(subject, relation, start + 2, start + 2 + len(value))] if turn == last else ()
        )
    return text.done()


def _head(title: str, lang: str, chance: random.Random) -> str:
    heading = chance.choice(_HEADINGS[lang])
    return f"{title} > {heading}" if heading and chance.random() < 0.5 else title
