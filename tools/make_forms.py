"""Write kb/text/data/*.forms: the common words whose dictionary form no stemmer finds.

    pip install simplemma wordfreq
    python tools/make_forms.py

Neither package is needed to run kb.
"""

from __future__ import annotations

from pathlib import Path

import Stemmer
from simplemma.strategies.dictionaries.dictionary_factory import DefaultDictionaryFactory
from wordfreq import top_n_list, zipf_frequency

from kb.text.language import STEMMERS

DATA = Path(__file__).parents[1] / "kb" / "text" / "data"
LANGUAGES = "ar ca cs da de el en es fi fr he hu id it nb nl pl pt ro ru sv tr uk".split()
COMMONEST = 40_000
MOST_BYTES = 120_000  # of one file; the rarest words go
# A dictionary form so much rarer than the word (as log10) is another, rare word: "reed" is no form of "ree".
RAREST = 1.5
# Forms that simplemma holds for words of their own alone.
ALSO = {
    "en": "left leave, felt feel, rose rise, better good, worse bad, worst bad, lit light, wound wind, bound bind, "
    "ground grind, lay lie, bore bear, shot shoot, fell fall, spoke speak, saw see, found find, bit bite, "
    "dove dive, wove weave, stove stave, further far, farther far, elder old, shone shine, slew slay, lain lie, "
    "swum swim, thought think, won win, drew draw, clung cling, slung sling, wrung wring, trod tread, woven weave, forsook forsake",
}


def forms_of(language: str) -> dict[str, list[str]]:
    """Common words and their dictionary forms; the word itself comes first where it is one too."""
    known = DefaultDictionaryFactory().get_dictionary(language)
    lemmas = {lemma.casefold() for form, lemma in known.items() if form.casefold() != lemma.casefold()}
    stem = Stemmer.Stemmer(STEMMERS.get(language, "porter")).stemWord
    found: dict[str, list[str]] = {}
    also = dict(pair.split() for pair in ALSO.get(language, "").split(", ") if pair)
    for word in [*also, *top_n_list(language, COMMONEST)]:
        if not word.isalpha() or len(word) < 2 or word in found:
            continue
        readings = {known[spelled].casefold() for spelled in (word, word.title()) if spelled in known}
        readings |= {also[word]} if word in also else set()
        others = sorted(
            lemma
            for lemma in readings
            if stem(lemma) != stem(word) and lemma.isalpha() and _is_common(lemma, word, language)
        )
        if others:
            itself = word in lemmas or any(stem(lemma) == stem(word) for lemma in readings)
            found[word] = [word, *others] if itself else others
    return found


def _is_common(lemma: str, word: str, language: str) -> bool:
    return bool(zipf_frequency(lemma, language) >= zipf_frequency(word, language) - RAREST)


def main() -> None:
    """Write one file a language, sorted by word."""
    for language in LANGUAGES:
        lines: list[str] = []
        size = 0
        for word, lemmas in forms_of(language).items():
            line = " ".join([word, *lemmas])
            size += len(line.encode()) + 1
            if size > MOST_BYTES:
                break
            lines.append(line)
        (DATA / f"{language}.forms").write_text("\n".join(sorted(lines)) + "\n", encoding="utf-8")
        print(language, len(lines))  # noqa: T201


if __name__ == "__main__":
    main()
