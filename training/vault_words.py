"""What made vaults are written with: words, relations and sentences from words.txt, relations.txt and lines.txt."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from training.values import VALUES, value_of

HERE = Path(__file__).parent
LANGUAGES = ("en", "de", "fr", "es", "zh")
SLOT = re.compile(r"<(\w+)>")
_DEFINITE = re.compile(r"^(?:the|der|die|das|le|la|les|el|los|las) |^l'", re.IGNORECASE)


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


@cache
def known_words() -> dict[str, list[tuple[str, ...]]]:
    """Every kind of value: its words, each in every language."""
    return VALUES


@cache
def known_relations() -> dict[str, tuple[str, list[list[str]], list[str]]]:
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
def known_lines() -> dict[str, dict[str, list[str]]]:
    """The sentences of each kind of subject, by language, each with gaps to fill."""
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


def templates_of(kind: str, lang: str, *, bare: bool = False) -> list[str]:
    """The sentences that tell something of a subject of this kind; `bare` ones leave its name out."""
    return known_lines()[kind].get(lang + ("-" if bare else ""), [])


def kind_of(relation: str) -> str:
    """What kind of value a relation has."""
    return known_relations()[relation][0]


def any_subject(kind: str, chance: random.Random) -> tuple[str, ...]:
    """A subject of this kind by chance: its name in each language."""
    if kind == "person":
        return (value_of("person", "en", chance),) * len(LANGUAGES)
    return chance.choice(known_words()[kind])


def filled_in(
    template: str, kind: str, subject: tuple[str, ...], lang: str, chance: random.Random
) -> tuple[str, list[Fact]]:
    """A sentence with its gaps filled, and the facts that it tells."""
    """`template` with its subject and values, and the facts it then tells."""
    name = subject[LANGUAGES.index(lang)]
    if chance.random() < 0.5:
        name = bare_name(name)
    text, facts, place = "", [], 0
    for slot in SLOT.finditer(template):
        text += template[place : slot.start()].replace("{x}", name)
        relation = f"{kind}.{slot[1]}"
        value = value_of(kind_of(relation), lang, chance)
        facts.append(Fact(subject, relation, len(text), len(text) + len(value)))
        text += value
        place = slot.end()
    return text + template[place:].replace("{x}", name), facts


def bare_name(name: str) -> str:
    """A name without its article, with a capital."""
    bare = _DEFINITE.sub("", name)
    return bare[0].upper() + bare[1:] if bare else name


def label_of(relation: str, at: int) -> str:
    """What a relation is called in the language at this place of LANGUAGES."""
    return known_relations()[relation][2][at]


def plain_kind(kind: str, lang: str) -> str:
    """What subjects of this kind are called, as a heading."""
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
