"""Values of made notes: prices, days, numbers, names, as people of each language write them."""

from __future__ import annotations

import random
from datetime import date, timedelta
from pathlib import Path

_LANGUAGES = ("en", "de", "fr", "es", "zh")
_FIRST = (
    """Ada Bruno Carla Deniz Elif Fiona Goran Hanna Ines Jonas Kofi Leila Mateo Nadia Oskar Paula Quentin Rosa
Samir Tilda Umut Vera Wanda Xenia Yusuf Zoe Amélie Benoît Chiara Dagmar Emil Farid Greta Henrik Iris Jakub 李娜 王强
陈静 张伟 Ravi Sofía Tomás Ute Vikram Mr Doyle Mrs Lange Dr. Amsel Frau Ott""".replace("Mr ", "Mr_")
    .replace("Mrs ", "Mrs_")
    .replace("Dr. ", "Dr._")
    .replace("Frau ", "Frau_")
    .split()
)
_LAST = "Berger Costa Dahl Ekman Fuchs Garnier Horvat Ibáñez Jansen Keller Lindt Moreau Novak Orlov Pires Roth".split()
_MONTHS = {
    "en": "January February March April May June July August September October November December".split(),
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember".split(),
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split(),
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre".split(),
}
_WEEKDAYS = {
    "en": "Mon Tue Wed Thu Fri Sat Sun".split(),
    "de": "Mo Di Mi Do Fr Sa So".split(),
    "fr": "lun mar mer jeu ven sam dim".split(),
    "es": "lun mar mié jue vie sáb dom".split(),
}


def _read_words() -> dict[str, list[tuple[str, ...]]]:
    words: dict[str, list[tuple[str, ...]]] = {}
    kind = ""
    for line in (Path(__file__).parent / "words.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            kind = line.strip("[]")
            words[kind] = []
        elif line and not line.startswith("#"):
            parts = tuple(line.split("|"))
            words[kind].append(parts if len(parts) == len(_LANGUAGES) else parts * len(_LANGUAGES))
    return words


VALUES = _read_words()


def value_of(kind: str, lang: str, chance: random.Random) -> str:
    """A value of this kind as one writes it in `lang`."""
    if kind in VALUES:
        return chance.choice(VALUES[kind])[_LANGUAGES.index(lang)]
    match kind:
        case "person":
            first = chance.choice(_FIRST).replace("_", " ")
            return first if " " in first or chance.random() < 0.5 else f"{first} {chance.choice(_LAST)}"
        case "people":
            count = chance.randint(2, 5)
            return ("、" if lang == "zh" else ", ").join(
                value_of("person", lang, chance) for _ in range(count)
            )
        case "things":
            return chance.choice(VALUES["bring"])[_LANGUAGES.index(lang)]
        case "thing_en":
            return chance.choice(VALUES["thing"])[_LANGUAGES.index(lang)]
        case "date" | "day":
            return written_day(_any_day(chance), lang, chance)
        case "month":
            day = _any_day(chance)
            return (
                f"{day.year}年{day.month}月" if lang == "zh" else f"{_MONTHS[lang][day.month - 1]} {day.year}"
            )
        case _:
            return _number_of(kind, lang, chance)


def written_day(day: date, lang: str, chance: random.Random) -> str:
    """A day in one of the ways people write it."""
    if lang == "zh":
        return chance.choice(
            (f"{day.month}月{day.day}日", f"{day.year}年{day.month}月{day.day}日", day.isoformat())
        )
    month = _MONTHS[lang][day.month - 1]
    dot = "." if lang == "de" else ""
    return chance.choice(
        (
            day.isoformat(),
            f"{day.day}{dot} {month}",
            f"{day.day}{dot} {month} {day.year}",
            f"{_WEEKDAYS[lang][day.weekday()]} {day.day}{dot} {month[:3]}",
            f"{day.day}.{day.month}." if lang == "de" else f"{day.day}/{day.month}",
        )
    )


def day_title(lang: str, chance: random.Random) -> str:
    """The title of a daily note."""
    day = _any_day(chance)
    return chance.choice((day.isoformat(), f"{day.isoformat()} > {written_day(day, lang, chance)}"))


def log_day(day: date, lang: str, chance: random.Random) -> str:
    """The day of a log's entry."""
    return day.isoformat() if chance.random() < 0.6 else written_day(day, lang, chance)


def _any_day(chance: random.Random) -> date:
    return date(2022, 1, 1) + timedelta(chance.randrange(1900))


def _amount(kind: str, lang: str, chance: random.Random) -> str:
    n = chance.randint
    amount = n(8, 95) if kind == "rate" else chance.choice((n(3, 99), n(100, 1900), n(2000, 9900)))
    if lang == "zh":
        return f"{amount}{chance.choice(('元', '块'))}"
    text = f"{amount}.{n(0, 9)}0" if lang == "en" and amount < 100 else str(amount)
    return chance.choice((f"{text} €", f"{text}€", f"€{text}" if lang == "en" else f"{text},50 €"))


def _street(lang: str, number: int) -> str:
    streets = {
        "en": "Mill Lane",
        "de": "Ahornweg",
        "fr": "rue des Tanneurs",
        "es": "calle Olmo",
        "zh": "南京路",
    }
    if lang in ("en", "fr"):
        return f"{number} {streets[lang]}"
    return f"{streets[lang]} {number}{'号' if lang == 'zh' else ''}"


def _length_of_time(lang: str, chance: random.Random) -> str:
    amount, at = chance.randint(1, 12), _LANGUAGES.index(lang)
    weeks = ("weeks", "Wochen", "semaines", "semanas", "周")
    months = ("months", "Monate", "mois", "meses", "个月")
    return f"{amount} {(weeks if chance.random() < 0.4 else months)[at]}"


def _measure(kind: str, lang: str, chance: random.Random) -> str | None:
    """A quantity with its unit; None for what is none."""
    n = chance.randint
    match kind:
        case "heat":
            return f"{n(14, 24) * 10} °C"
        case "minutes":
            return f"{n(2, 18) * 5} {'分钟' if lang == 'zh' else 'min'}"
        case "dose":
            return chance.choice((f"{n(1, 8) * 100} mg", f"{n(1, 3)} x {n(5, 50)} mg", f"{n(5, 30)} ml"))
        case "length":
            return f"{n(5, 120)} cm"
        case "weight":
            return chance.choice((f"{n(1, 40)} kg", f"{n(1, 9)}.{n(1, 9)} kg"))
        case _:
            return None


def _number_of(kind: str, lang: str, chance: random.Random) -> str:
    n = chance.randint
    match kind:
        case "money" | "rate":
            return _amount(kind, lang, chance)
        case "phone":
            return (
                f"0{n(30, 799)} {n(100, 999)} {n(100, 999)}"
                if lang != "zh"
                else f"1{n(30, 89)} {n(1000, 9999)} {n(1000, 9999)}"
            )
        case "mail":
            return f"{chance.choice(_LAST).lower()}{n(1, 99)}@example.org"
        case "street":
            return _street(lang, n(1, 90))
        case "serial":
            return chance.choice(
                (
                    f"{chance.choice('ABKXZ')}{n(10, 99)}-{n(1000, 9999)}",
                    f"{n(100, 999)} {n(100, 999)} {n(10, 99)}",
                )
            )
        case "size":
            return chance.choice(
                (f"{n(30, 220)} x {n(30, 200)} cm", f"{n(2, 9)} m", "XL", f"{n(36, 46)}", f"{n(5, 120)} L")
            )
        case "clock":
            hour, minute = n(7, 21), chance.choice(("00", "15", "30", "45"))
            return {
                "de": f"{hour}:{minute} Uhr",
                "fr": f"{hour} h {minute}",
                "zh": f"{hour}点{minute}分",
            }.get(lang, f"{hour}:{minute}")
        case "count":
            return str(n(4, 140))
        case "span":
            return _length_of_time(lang, chance)
        case "rating":
            return chance.choice((f"{n(1, 5)}/5", f"{n(1, 10)}/10", "★" * n(1, 5)))
        case _ if (measure := _measure(kind, lang, chance)) is not None:
            return measure
        case _:
            raise KeyError(kind)
