"""Questions over notes as people keep them, which encyclopaedias lack: logs, lists, tables, properties, contacts.

Vaults are made here by chance from `words.txt`, `relations.txt` and `lines.txt`. Every answer is a stretch of its passage, and a wrong passage never tells what was
asked of its subject: both are known when a note is made, not guessed afterwards.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from training.sets import LABELS, Example, Pair, keywords, typo
from training.values import VALUES, day_title, log_day, value_of
from training.written_notes import heading_examples, written_examples, written_pairs

HERE = Path(__file__).parent
LANGUAGES = ("en", "de", "fr", "es", "zh")
_VAULTS = 1500
_WRITTEN = 2  # questions over written notes for each over a made one
_OTHER_LANGUAGE = 0.35  # share of questions in another language than the note
_OTHER_NOTES = 14  # notes a vault
SLOT = re.compile(r"<(\w+)>")
_DEFINITE = re.compile(r"^(?:the|der|die|das|le|la|les|el|los|las) |^l'", re.IGNORECASE)
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
_YES_NO = {
    "thing.shop": "Did I buy {x} at {v}?|Habe ich {x} bei {v} gekauft?|Ai-je acheté {x} chez {v} ?|¿Compré {x} en {v}?|{x}是在{v}买的吗？",
    "thing.colour": "Is {x} {v}?|Ist {x} {v}?|{x}, c'est {v} ?|¿{x} es {v}?|{x}是{v}的吗？",
    "thing.lent": "Did I lend {x} to {v}?|Habe ich {x} {v} geliehen?|Ai-je prêté {x} à {v} ?|¿Le presté {x} a {v}?|我把{x}借给{v}了吗？",
    "person.allergy": "Is {x} allergic to {v}?|Ist {x} allergisch gegen {v}?|{x} est allergique : {v} ?|¿{x} es alérgico a {v}?|{x}对{v}过敏吗？",
    "event.place": "Does {x} take place at {v}?|Findet {x} in {v} statt?|{x} a lieu à {v} ?|¿{x} es en {v}?|{x}在{v}吗？",
    "event.date": "Is {x} on {v}?|Ist {x} am {v}?|{x} est le {v} ?|¿{x} es el {v}?|{x}是{v}吗？",
    "project.status": "Is {x} {v}?|Ist {x} {v}?|{x} est {v} ?|¿{x} está {v}?|{x}{v}了吗？",
    "thing.price": "Did {x} cost {v}?|Hat {x} {v} gekostet?|{x} a coûté {v} ?|¿{x} costó {v}?|{x}花了{v}吗？",
}


@dataclass(frozen=True, slots=True)
class Fact:
    """What a passage tells: `relation` of `subject`, at these characters of its text."""

    subject: tuple[str, ...]  # its name in each language
    relation: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a made note, with all that it tells."""

    text: str
    lang: str
    facts: tuple[Fact, ...]

    def tells(self, fact: Fact) -> bool:
        """Whether it tells the same thing of the same subject, right or superseded."""
        return any(own.subject == fact.subject and own.relation == fact.relation for own in self.facts)


def note_examples(vaults: Path | None, chance: random.Random) -> list[Example]:
    """Questions over made and written notes, and over the headings of `vaults`."""
    examples = [example for _ in range(_VAULTS) for example in examples_of_vault(make_vault(chance), chance)]
    written = written_examples(chance)
    examples += written * max(1, _WRITTEN * len(examples) // max(1, len(written)))
    if vaults:
        examples += heading_examples(vaults, chance)
    return examples


def note_pairs(chance: random.Random) -> list[Pair]:
    """Yes/no questions over made notes: yes entails, no contradicts, not told is neutral; and those written."""
    pairs = [pair for _ in range(_VAULTS // 2) for pair in _pairs_of(make_vault(chance), chance)]
    return pairs + list(written_pairs()) * 4


# Made vaults


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
    kinds = [kind for kind in _lines() if _templates(kind, lang)]
    one = chance.choice(kinds) if chance.random() < 0.35 else ""
    day = day_title(lang, chance)
    text = _Text(lang, day if not one else _head(_plain(one, lang), lang, chance))
    bullet = chance.choice(("- ", "- ", "* ", ""))
    for _ in range(chance.randint(3, 9)):
        kind = one or chance.choice(kinds)
        subject = _subject_of(kind, chance)
        template = chance.choice(_templates(kind, lang))
        line, facts = _filled(template, kind, subject, lang, chance)
        if any((fact.subject, fact.relation) in told for fact in facts):
            continue
        told.update((fact.subject, fact.relation) for fact in facts)
        moved = [Fact(f.subject, f.relation, f.start + len(bullet), f.end + len(bullet)) for f in facts]
        text.line(bullet + line, moved)
    return text.done()


def _subject(lang: str, told: set[tuple[tuple[str, ...], str]], chance: random.Random) -> Passage:
    """A note on one subject, which only its title or heading names."""
    kind = chance.choice([kind for kind in _lines() if _templates(kind, lang, bare=True)])
    subject = _subject_of(kind, chance)
    title = _bare(subject[LANGUAGES.index(lang)])
    under = _plain(kind, lang)
    head = f"{under} > {title}" if chance.random() < 0.4 else _head(title, lang, chance)
    text = _Text(lang, head)
    bullet = chance.choice(("- ", "", ""))
    templates = _templates(kind, lang, bare=True)
    for template in chance.sample(templates, min(len(templates), chance.randint(2, 7))):
        line, facts = _filled(template, kind, subject, lang, chance)
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
    subject = _subject_of(kind, chance)
    if (subject, relation) in told:
        return None
    at = LANGUAGES.index(lang)
    title = _bare(subject[at])
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
    items = chance.sample(_words()[words], chance.randint(2, 7))
    marks = [f"{n}. " for n in range(1, 9)] if words == "step" and chance.random() < 0.7 else ["- "] * 9
    if relation == "project.todo":
        marks = ["- [ ] "] * 9
        if chance.random() < 0.5:
            text.line("- [x] " + chance.choice(_words()["task"])[at])
    body = "\n".join(mark + item[at] for mark, item in zip(marks, items, strict=False))
    text.line(body, [Fact(subject, relation, len(marks[0]), len(body))])
    return text.done()


def _table(lang: str, told: set[tuple[tuple[str, ...], str]], chance: random.Random) -> Passage:
    """Subjects of one kind as rows, relations as columns."""
    kind = chance.choice(("thing", "person", "event", "contract", "plant", "book", "drug"))
    relations = [
        r for r in _relations() if r.startswith(kind + ".") and _kind_of(r) not in ("list", "people")
    ]
    columns = chance.sample(relations, min(len(relations), chance.randint(2, 4)))
    at = LANGUAGES.index(lang)
    text = _Text(lang, _head(_plain(kind, lang), lang, chance))
    names = [_bare(_label(r, at)) for r in columns]
    text.line("| " + " | ".join([" ", *names]) + " |")
    text.line("|" + "---|" * (len(columns) + 1))
    for subject in {_subject_of(kind, chance) for _ in range(chance.randint(3, 6))}:
        row, facts = f"| {_bare(subject[at])} |", []
        for relation in columns:
            value = value_of(_kind_of(relation), lang, chance)
            if (subject, relation) in told or chance.random() < 0.1:
                row += "  |"
                continue
            told.add((subject, relation))
            row += f" {_bare(_label(relation, at))}: "  # as kb gives tables to the reader
            facts.append(Fact(subject, relation, len(row), len(row) + len(value)))
            row += f"{value} |"
        text.line(row, facts)
    return text.done()


def _log(lang: str, told: set[tuple[tuple[str, ...], str]], chance: random.Random) -> Passage | None:
    """Dated entries on one subject; what is told last is what holds."""
    relation = chance.choice(_CHANGING)
    kind = relation.split(".")[0]
    subject = _subject_of(kind, chance)
    if (subject, relation) in told:
        return None
    told.add((subject, relation))
    at = LANGUAGES.index(lang)
    text = _Text(lang, _head(_bare(subject[at]), lang, chance))
    day = date(2023, 1, 1) + timedelta(chance.randrange(1000))
    name = _bare(_label(relation, at))
    last = chance.randint(1, 3)
    for turn in range(last + 1):
        day += timedelta(chance.randint(3, 90))
        value = value_of(_kind_of(relation), lang, chance)
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


# Questions


def examples_of_vault(passages: Sequence[Passage], chance: random.Random) -> Iterator[Example]:
    """Questions over the passages of one vault, each also over a passage that does not tell."""
    for passage in passages:
        for fact in chance.sample(passage.facts, min(3, len(passage.facts))):
            lang = chance.choice(LANGUAGES) if chance.random() < _OTHER_LANGUAGE else passage.lang
            question = _question(fact, lang, chance)
            answer = passage.text[fact.start : fact.end]
            yield Example(question, passage.text, fact.start, fact.end, lang=passage.lang, answers=(answer,))
            if wrong := _wrong(fact, passages, chance):
                yield Example(question, wrong.text, lang=wrong.lang)


def _wrong(fact: Fact, passages: Sequence[Passage], chance: random.Random) -> Passage | None:
    """A passage that a search would bring and that does not tell it: on the same subject, or the same of another."""
    others = [passage for passage in passages if not passage.tells(fact)]

    def nearness(passage: Passage) -> float:
        subject = any(own.subject == fact.subject for own in passage.facts)
        relation = any(own.relation == fact.relation for own in passage.facts)
        return 2 * subject + 1.5 * relation + chance.random()

    return max(others, key=nearness, default=None)


def _question(fact: Fact, lang: str, chance: random.Random) -> str:
    at = LANGUAGES.index(lang)
    name = fact.subject[at]
    if lang == "en" and chance.random() < 0.4:
        name = name.replace("the ", "my ", 1) if chance.random() < 0.5 else _bare(name)
    question = chance.choice(_relations()[fact.relation][1][at]).replace("{x}", name)
    roll = chance.random()
    if roll < 0.08 and lang != "zh":
        return typo(question, chance)
    if roll < 0.16 and lang == "en":
        return keywords(question)
    return question[0].upper() + question[1:] if roll < 0.7 else question


def _pairs_of(passages: Sequence[Passage], chance: random.Random) -> Iterator[Pair]:
    for passage in passages:
        for fact in passage.facts:
            if fact.relation in _YES_NO:
                yield _yes_no(fact, passage, passages, chance)


def _yes_no(fact: Fact, passage: Passage, passages: Sequence[Passage], chance: random.Random) -> Pair:
    lang = chance.choice(LANGUAGES) if chance.random() < _OTHER_LANGUAGE else passage.lang
    shape = _YES_NO[fact.relation].split("|")[LANGUAGES.index(lang)]
    value = passage.text[fact.start : fact.end]
    label, premise = "entails", passage
    roll = chance.random()
    if roll < 0.35:
        other = value_of(_kind_of(fact.relation), passage.lang, chance)
        label, value = ("contradicts", other) if other not in passage.text else ("entails", value)
    elif roll < 0.65 and (wrong := _wrong(fact, passages, chance)):
        label, premise = "neutral", wrong
    question = shape.replace("{x}", fact.subject[LANGUAGES.index(lang)]).replace("{v}", value)
    return Pair(question[0].upper() + question[1:], premise.text, LABELS[label])


# The data files


@cache
def _words() -> dict[str, list[tuple[str, ...]]]:
    return VALUES


@cache
def _relations() -> dict[str, tuple[str, list[list[str]], list[str]]]:
    """Kind of value, wordings in each language and label in each language of every relation."""
    found: dict[str, tuple[str, list[list[str]], list[str]]] = {}
    name = ""
    for line in (HERE / "relations.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            name, _, rest = line[1:].partition("] ")
            kind, _, labels = rest.partition(" = ")
            found[name] = (kind, [], labels.split("|"))
        elif line and not line.startswith("#"):
            found[name][1].append([wording.strip() for wording in line.partition(":")[2].split(" | ")])
    return found


@cache
def _lines() -> dict[str, dict[str, list[str]]]:
    found: dict[str, dict[str, list[str]]] = {}
    kind = ""
    for line in (HERE / "lines.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            kind = line.strip("[]")
            found[kind] = {}
        elif line and not line.startswith("#"):
            lang, _, templates = line.partition(": ")
            found[kind][lang] = [template.strip() for template in templates.split(" | ")]
    return found


def _templates(kind: str, lang: str, *, bare: bool = False) -> list[str]:
    return _lines()[kind].get(lang + ("-" if bare else ""), [])


def _kind_of(relation: str) -> str:
    return _relations()[relation][0]


def _subject_of(kind: str, chance: random.Random) -> tuple[str, ...]:
    if kind == "person":
        return (value_of("person", "en", chance),) * len(LANGUAGES)
    return chance.choice(_words()[kind])


def _filled(
    template: str, kind: str, subject: tuple[str, ...], lang: str, chance: random.Random
) -> tuple[str, list[Fact]]:
    """`template` with its subject and values, and the facts it then tells."""
    name = subject[LANGUAGES.index(lang)]
    if chance.random() < 0.5:
        name = _bare(name)
    text, facts, place = "", [], 0
    for slot in SLOT.finditer(template):
        text += template[place : slot.start()].replace("{x}", name)
        relation = f"{kind}.{slot[1]}"
        value = value_of(_kind_of(relation), lang, chance)
        facts.append(Fact(subject, relation, len(text), len(text) + len(value)))
        text += value
        place = slot.end()
    return text + template[place:].replace("{x}", name), facts


def _bare(name: str) -> str:
    bare = _DEFINITE.sub("", name)
    return bare[0].upper() + bare[1:] if bare else name


def _label(relation: str, at: int) -> str:
    return _relations()[relation][2][at]


def _plain(kind: str, lang: str) -> str:
    names = {
        "thing": "Things|Sachen|Affaires|Cosas|物品",
        "person": "People|Leute|Contacts|Contactos|联系人",
        "event": "Calendar|Termine|Agenda|Agenda|日程",
        "contract": "Contracts|Verträge|Contrats|Contratos|合约",
        "drug": "Medicine|Medikamente|Médicaments|Medicinas|药",
        "plant": "Garden|Garten|Jardin|Huerto|菜园",
        "book": "Books|Bücher|Livres|Libros|书",
        "project": "Projects|Projekte|Projets|Proyectos|项目",
        "dish": "Recipes|Rezepte|Recettes|Recetas|食谱",
        "howto": "How to|Anleitungen|Modes d'emploi|Instrucciones|操作",
    }
    return names[kind].split("|")[LANGUAGES.index(lang)]


def _head(title: str, lang: str, chance: random.Random) -> str:
    heading = chance.choice(_HEADINGS[lang])
    return f"{title} > {heading}" if heading and chance.random() < 0.5 else title
