import pytest

from kb.text.characters import fold
from kb.text.forms import same_lemma, variants
from kb.text.words import compounds, parts, pieces, unspaced_bigrams


@pytest.mark.parametrize(
    ("text", "bigrams"),
    [
        ("语言模型", ["语言", "言模", "模型"]),
        ("トークンとは", ["トー", "ーク", "クン", "ンと", "とは"]),
        ("only words", []),
        ("GPT是一个模型 model", ["是一", "一个", "个模", "模型"]),
        ("水", ["水"]),
        ("ภาษา", ["ภา", "าษ", "ษา"]),
    ],
)
def test_scripts_without_spaces_become_bigrams(text: str, bigrams: list[str]) -> None:
    assert unspaced_bigrams(text) == bigrams


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("使用Rust编写", ["使用", "Rust", "编写"]),
        ("2026年3月", ["2026", "年", "3", "月"]),
        ("Slack에 올렸다", ["Slack", "에", "올렸다"]),
        ("เขียนGoบน", ["เขียน", "Go", "บน"]),
        ("हिन्दी में", ["हिन्दी", "में"]),
        ("soft\u00adhyphen zero\u200bwidth", ["soft\u00adhyphen", "zero\u200bwidth"]),
        ("C++ and C#, g++", ["C++", "and", "C#", "g++"]),
        ("a->b, x != y", ["a", "->", "b", "x", "!=", "y"]),
        ("🚀👩\u200d💻🇩🇪", ["🚀", "👩\u200d💻", "🇩🇪"]),
        ("It costs 5 €.", ["It", "costs", "5", "€"]),
        ("snake_case", ["snake", "case"]),
        ("", []),
    ],
)
def test_text_is_cut_where_a_reader_would(text: str, expected: list[str]) -> None:
    cut = pieces(text)
    assert [piece.text for piece in cut] == expected
    assert all(text[piece.start : piece.end] == piece.text for piece in cut)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a follow-up of node.js", ["followup", "nodejs"]),
        ("2.13.1 and 1/2", ["2.13.1", "1/2"]),
        ("DEC-0054, R&D", ["dec0054", "r&d"]),
        ("read_json", ["readjson"]),
        ("Anna's cat doesn't", []),
        ("l'année d'or", []),
        ("O'Brien", ["obrien"]),
        ("one, two - three", []),
    ],
)
def test_words_with_joints_are_one_word_too(text: str, expected: list[str]) -> None:
    assert [compound.joined for compound in compounds(text, pieces(text))] == expected


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("getHTTPResponseCode", ["get", "http", "response", "code"]),
        ("OvertimeService", ["overtime", "service"]),
        ("הRust", ["rust"]),
        ("plain", []),
        ("NASA", []),
        ("so\u00adft", []),
    ],
)
def test_parts_of_a_word(word: str, expected: list[str]) -> None:
    assert parts(word) == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ﬁnal", "final"),
        ("Ｒｕｓｔ", "rust"),
        ("ﾃﾞｰﾀ", "データ"),
        ("Straße", "STRASSE"),
        ("Łódź", "lodz"),
        ("cafe\u0301", "café"),
        ("שָׁלוֹם", "שלום"),
        ("İzmir", "izmir"),
        ("ёлка", "елка"),
        ("zero\u200bwidth", "zerowidth"),
    ],
)
def test_what_looks_the_same_is_the_same(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(("one", "other"), [("が", "か"), ("мой", "мои"), ("की", "का"), ("ที่", "ทา")])
def test_marks_that_make_another_letter_stay(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@pytest.mark.parametrize(
    ("word", "bare"), [("도서관에서", "도서관"), ("예산은", "예산"), ("והספר", "ספר"), ("والكتاب", "كتاب")]
)
def test_particles_written_as_one_with_a_word(word: str, bare: str) -> None:
    assert bare in variants(word)


ENGLISH_PASTS = (
    "be was, begin began, bring brought, build built, buy bought, catch caught, choose chose, come came, do did, "
    "draw drew, drink drank, drive drove, eat ate, fall fell, feel felt, find found, fly flew, get got, give gave, "
    "go went, grow grew, have had, hear heard, hold held, keep kept, know knew, leave left, lend lent, lose lost, "
    "make made, meet met, pay paid, ride rode, ring rang, rise rose, run ran, say said, see saw, sell sold, send sent, "
    "sing sang, sit sat, sleep slept, speak spoke, spend spent, stand stood, swim swam, take took, teach taught, "
    "tell told, think thought, understand understood, wake woke, wear wore, win won, write wrote, child children, "
    "foot feet, tooth teeth, mouse mice, good better, bad worse"
)


@pytest.mark.parametrize("pair", ENGLISH_PASTS.split(", "))
def test_an_irregular_form_is_a_form_of_its_word(pair: str) -> None:
    base, form = pair.split()
    assert same_lemma(base, form, ["en"])


def test_text_of_ascii_is_cut_as_any_other() -> None:
    text = "C++ a->b c# F#x i++ ++i a+++b -- --- 'x' x_y 1/2 ==! foo@bar.org $5 ... don't <= \\n"
    other = pieces(f"{text} é")[:-1]
    assert pieces(text) == other
