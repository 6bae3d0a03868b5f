"""Words are found as a reader sees them, in any script: each query, and the notes that the words alone must find first."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kb.knowledge_base import KnowledgeBase
from kb.retrieval.unknown_words import unknown_words
from tests.retrieval.words_alone import found, indexed

NOTES = {
    # The script changes without a space.
    "deploy": "我们用Kubernetes发布服务，每周三上线v4.7，端口8443。",
    "deploy spaced": "服务 用 Kubernetes 发布 。",
    "kana": "Rustで書いたCLIをHomebrewで入れる。",
    "thai": "ติดตั้งPostgresบนเครื่องใหม่",
    "khmer": "ខ្ញុំប្រើNginxរាល់ថ្ងៃ",
    "codename": "明天重启zeta-proxy前先备份。",
    "mail": "联系mia@sample.org。",
    "books": "買了三本書。",
    # Particles written as one with the word.
    "ko kitchen": "부엌에서 김치를 담갔다. 냉장고는 가득 찼다.",
    "ko work": "계약서가 Slack에 올라왔다. 집까지 걸었다.",
    "he": "הלכתי לספרייה בירושלים עם Python.",
    "ar": "ذهبنا إلى المكتبة وبالقطار رجعنا.",
    "tr": "Dün kitaplarımızdan birini İstanbul'da kaybettim.",
    "fi": "Asuimme talossamme koko kesän.",
    "hu": "A kertünkben sok rózsa nyílik.",
    "sw": "Watoto wanasoma vitabuni.",
    "hi": "मैंने किताबें पढ़ीं और हिन्दी सीखी।",
    # Characters that look the same.
    "ligature": "The eﬃcient ﬁlter and the ﬂuid coﬀee.",
    "hyphen": "Die Donau\u00addampf\u00adschiff\u00adfahrt am Fluss.",
    "zero width": "The back\u200blog and the wire\u2060frame and \ufeffsprint.",
    "full width": "Ｄｏｃｋｅｒと ﾃﾞｰﾀ を ２０２５年 に。",
    "decomposed": "Cafe\u0301 cre\u0300me",
    "letters": "Øystein from Tromsø met Łukasz; œuvre and Straße.",
    "formula": "H₂SO₄ and x³ and ¼ cup and №7.",
    "vowels": "שָׁבוּעַ מְצֻיָּן",
    # Words with joints.
    "check-in": "The check-in desk opens at nine and the staff is kind, and there is coffee for all who wait in the long line.",
    "check": "Check the oven. Come in. In the check there was a check.",
    "version": "Upgraded to 3.12.4 after the crash, which took the whole of a rainy afternoon and two pots of tea.",
    "numbers": "3 cups, 12 spoons, 4 eggs. 4 of 12.",
    "node": "The Vue.js front end was rewritten by three of us during a long and rather warm summer.",
    "vue": "A vue of the lake. The js file. Another vue.",
    "rd": "The B&O player was repaired by a friend of the family who knows such old machines.",
    "bo": "Plan B failed. O dear.",
    "snake": "Call read_json_lazily before the rest.",
    # Signs that are words.
    "cpp": "Wrote it in C++ and later in F#.",
    "c": "Vitamin C and key F.",
    "arrow": "The type is Int -> Text, marked with 🚀 and 👩\u200d💻.",
    "compare": "Use != there, not ==. It costs 5 €.",
    # Parts of words.
    "camel": "class InvoiceParser calls fetchXMLDocument in the billing code.",
    "orchard": "The blackcurrants and the orchardist.",
    "apfel": "Der Apfelkuchenduft zog durch die Schulhausflure.",
    "boot": "Das Haus und der Garten.",
    # Irregular forms.
    "past": "We sold the canoe, taught the mice, brought cheese and swam home. The children felt good.",
    "ging": "Er ging los, aß Brot und trug die Bücher.",
    "gegangen": "Wir sind gestern schwimmen gegangen.",
    "cheval": "Les chevaux sont beaux et il a vendu ses yeux.",
    "fue": "Anoche dijo que quiso dormir.",
}  # fmt: skip


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KnowledgeBase]:
    with indexed(tmp_path_factory.mktemp("scripts"), NOTES) as opened:
        yield opened


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("Kubernetes", {"deploy", "deploy spaced"}),
        ('"Kubernetes"', {"deploy", "deploy spaced"}),
        ("v4.7", {"deploy"}),
        ("8443", {"deploy"}),
        ("Rust", {"kana"}),
        ("CLI", {"kana"}),
        ("homebrew", {"kana"}),
        ("postgres", {"thai"}),
        ("ติดตั้ง", {"thai"}),
        ("nginx", {"khmer"}),
        ("zeta-proxy", {"codename"}),
        ("mia@sample.org", {"mail"}),
        ("書", {"books"}),
        ("本", {"books"}),
        ("用Kubernetes发布", {"deploy", "deploy spaced"}),
        ('"用Kubernetes发布"', {"deploy", "deploy spaced"}),
        ("부엌", {"ko kitchen"}),
        ("김치", {"ko kitchen"}),
        ("냉장고", {"ko kitchen"}),
        ('"냉장고"', {"ko kitchen"}),
        ("계약서", {"ko work"}),
        ("계약서를", {"ko work"}),
        ("집", {"ko work"}),
        ("slack", {"ko work"}),
        ("ספרייה", {"he"}),
        ("הספרייה", {"he"}),
        ("ירושלים", {"he"}),
        ("مكتبة", {"ar"}),
        ("قطار", {"ar"}),
        ("kitap", {"tr"}),
        ("istanbul", {"tr"}),
        ("talo", {"fi"}),
        ("kert", {"hu"}),
        ("vitabu", {"sw"}),
        ("soma", {"sw"}),
        ("किताब", {"hi"}),
        ("हिन्दी", {"hi"}),
        ("efficient", {"ligature"}),
        ("filter", {"ligature"}),
        ("fluid", {"ligature"}),
        ("Donaudampfschifffahrt", {"hyphen"}),
        ("backlog", {"zero width"}),
        ("wireframe", {"zero width"}),
        ("sprint", {"zero width"}),
        ("docker", {"full width"}),
        ("データ", {"full width"}),
        ("2025", {"full width"}),
        ("café", {"decomposed"}),
        ("creme", {"decomposed"}),
        ("Oystein", {"letters"}),
        ("Oeystein", {"letters"}),
        ("tromso", {"letters"}),
        ("lukasz", {"letters"}),
        ("oeuvre", {"letters"}),
        ("strasse", {"letters"}),
        ("H2SO4", {"formula"}),
        ("x3", {"formula"}),
        ("1/4", {"formula"}),
        ("שבוע", {"vowels"}),
        ("check-in", {"check-in"}),
        ("checkin", {"check-in"}),
        ("3.12.4", {"version"}),
        ("vue.js", {"node"}),
        ("vuejs", {"node"}),
        ("B&O", {"rd"}),
        ("read_json_lazily", {"snake"}),
        ("readjsonlazily", {"snake"}),
        ("lazily", {"snake"}),
        ("C++", {"cpp"}),
        ("F#", {"cpp"}),
        ("->", {"arrow"}),
        ("🚀", {"arrow"}),
        ("👩‍💻", {"arrow"}),
        ("!=", {"compare"}),
        ("€", {"compare"}),
        ("Invoice", {"camel"}),
        ("document", {"camel"}),
        ("xml", {"camel"}),
        ("orchar", {"orchard"}),
        ("orchar*", {"orchard"}),
        ("orchardi", {"orchard"}),
        ("currant", {"orchard"}),
        ("Kuchen", {"apfel"}),
        ("Apfelkuchen", {"apfel"}),
        ("Gartenhaus", {"boot"}),
        ("sell", {"past"}),
        ("selling", {"past"}),
        ("teach", {"past"}),
        ("mouse", {"past"}),
        ("bring", {"past"}),
        ("child", {"past"}),
        ("feel", {"past"}),
        ("swim", {"past"}),
        ("gehen", {"ging", "gegangen"}),
        ("essen", {"ging"}),
        ("tragen", {"ging"}),
        ("Buch", {"ging"}),
        ("cheval", {"cheval"}),
        ("vendre", {"cheval"}),
        ("œil", {"cheval"}),
        ("decir", {"fue"}),
    ],
)
def test_a_word_is_found(base: KnowledgeBase, query: str, first: set[str]) -> None:
    assert set(found(base, query)[: len(first)]) == first


@pytest.mark.parametrize(
    ("query", "never"),
    [('"orchar"', "orchard"), ('"book"', "boot"), ("C++", "c"), ("F#", "c"), ("カナ", "kana")],
)
def test_other_words_are_not(base: KnowledgeBase, query: str, never: str) -> None:
    assert never not in found(base, query)


def test_a_part_of_a_word_counts_less_than_the_word(base: KnowledgeBase) -> None:
    order = found(base, "Haus")
    assert order[0] == "boot"
    assert "apfel" in order


@pytest.mark.parametrize(
    ("query", "unknown"),
    [
        ("orchar", []),
        ("Kuchen", []),
        ("gehen", []),
        ("check-in", []),
        ("C++", []),
        ("부엌", []),
        ("zanzibar orchard", ["zanzibar"]),
        ("xylofoon", ["xylofoon"]),
    ],
)
def test_only_words_that_no_note_has_in_any_form_are_called_unknown(
    base: KnowledgeBase, query: str, unknown: list[str]
) -> None:
    assert [one.word for one in unknown_words(query, base.catalog)] == unknown
