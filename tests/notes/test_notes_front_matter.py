"""Properties as people mean them: YAML 1.2, and a bad line costs itself alone."""

from __future__ import annotations

import random
from datetime import date, datetime

import pytest

from kb.notes.note import PropertyValue
from kb.notes.parse import parse_note
from kb.notes.yaml_simple import read_simple
from kb.notes.yaml_values import load, property_value


def properties(*lines: str) -> dict[str, PropertyValue]:
    return dict(parse_note("a.md", "\n".join(("---", *lines, "---", "Body", ""))).properties)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        *((word, word) for word in ("NO", "no", "yes", "Yes", "on", "off", "OFF", "y", "N")),
        ("12:30", "12:30"),
        ("1:30:45", "1:30:45"),
        ("01234", "01234"),
        ("0x1F", "0x1F"),
        ("0o17", "0o17"),
        ("0b101", "0b101"),
        ("1_000", "1_000"),
        ("+5", "+5"),
        ("1.10", "1.10"),
        ("1.2.3", "1.2.3"),
        ("1e3", "1e3"),
        (".inf", ".inf"),
        ("123456789012345678901234", "123456789012345678901234"),
        ("2024-02-31", "2024-02-31"),
        ("2024-1-2", "2024-1-2"),
        ("7", 7),
        ("-7", -7),
        ("1.5", 1.5),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("2024-03-09", date(2024, 3, 9)),
        ("2024-03-09T10:00:00", datetime(2024, 3, 9, 10)),
        ("'yes'", "yes"),
        ('"C:\\agent"', "C:\\agent"),
        ("{{date:YYYY}}", "{{date:YYYY}}"),
        ("{{x}} to {{y}}", "{{x}} to {{y}}"),
        ("<% tp.file.title %>", "<% tp.file.title %>"),
        ("[[Tea]]", "[[Tea]]"),
        ("a, b", "a, b"),
    ],
)
def test_values_are_what_is_written(written: str, value: PropertyValue) -> None:
    found = properties(f"key: {written}")["key"]
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("bad", "value"),
    [
        ("bad: one: two", "one: two"),
        ("bad: *Star* of the show", "*Star* of the show"),
        ("bad: `C:\\x`", "`C:\\x`"),
        ('bad: "C:\\x"', "C:\\x"),
        ("bad: @handle", "@handle"),
        ("bad: %percent", "%percent"),
        ("bad: 'a' b", None),
        ("bad: [a, b", None),
        ("bad: {a: b", None),
        ("bad:\n  - [[Note]]suffix\n  - fine", ("[[Note]]suffix", "fine")),
    ],
)
def test_a_bad_line_costs_itself_alone(bad: str, value: PropertyValue) -> None:
    text = (
        f'---\ntags: [books, desert]\n{bad}\naliases:\n  - Spice rack\n  - "Sand, again"\nyear: 2020\n---\n'
    )
    note = parse_note("a.md", text)
    assert [tag.name for tag in note.tags] == ["books", "desert"]
    assert note.aliases == ("Spice rack", "Sand, again")
    assert note.properties["year"] == 2020
    assert note.properties.get("bad") == value
    assert [problem.line for problem in note.problems] == [3]


def test_placeholders_of_a_template_are_no_problem() -> None:
    assert parse_note("a.md", "---\nday: {{date}}\nlist:\n  - {{title}}\n---\n").problems == ()


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("vegan quick soup", ["vegan", "quick", "soup"]),
        ("vegan, stew", ["vegan", "stew"]),
        ("'#vegan  #stew,slow'", ["vegan", "stew", "slow"]),
        ("'#a#b'", ["a", "b"]),
        ("[one two, '#three']", ["one", "two", "three"]),
        ("a/b c/", ["a/b", "c"]),
        ("'[[two words]], more'", ["two words", "more"]),
        ("2024 25", []),
    ],
)
def test_tags_are_split_at_commas_and_spaces(written: str, names: list[str]) -> None:
    assert [tag.name for tag in parse_note("a.md", f"---\ntags: {written}\n---\n").tags] == names


def test_aliases_are_split_at_commas_only() -> None:
    assert parse_note("a.md", "---\naliases: Green tea, Sencha\n---\n").aliases == ("Green tea", "Sencha")


@pytest.mark.parametrize(
    ("written", "target", "heading"),
    [
        ("[x](<My Note.md>)", "My Note.md", None),
        ("[x](My%20Note.md#h)", "My%20Note.md", "h"),
        ("[x](note.md 'title')", "note.md", None),
        ("[x](note_(a).md)", "note_(a).md", None),
        ("[[Note|label]]", "Note", None),
        ("[[Note#h]]", "Note", "h"),
    ],
)
def test_links_of_properties_are_read_as_those_of_the_body(
    written: str, target: str, heading: str | None
) -> None:
    text = f'---\nfrom: "{written}"\n---\n'
    [link] = parse_note("a.md", text).links
    assert (link.kind, link.relation, link.target, link.heading) == ("property", "from", target, heading)
    assert link.written is not None
    assert text[link.written.start : link.written.end].partition("#")[0] == target


@pytest.mark.parametrize(
    ("line", "target", "label"),
    [
        ("of: '[[Mum''s tea]]'", "Mum's tea", None),
        ("of: ['[[W]]', '[[Mum''s tea|Mum''s]]']", "Mum's tea", "Mum's"),
        ("- '[x](Mum''s.md)'", "Mum's.md", "x"),
        ('of: "[[A \\"good\\" tea]]"', 'A "good" tea', None),
        ('of: "[[Caf\\u00e9]]"', "Café", None),
        ("of: \"it's ''[[Tea''s]]''\"", "Tea''s", None),
        ("of: [[Tea''s]]", "Tea''s", None),
        ("of: see '[[Tea''s]]'", "Tea''s", None),
    ],
)
def test_links_in_quoted_values_are_read_without_their_escapes(
    line: str, target: str, label: str | None
) -> None:
    link = parse_note("a.md", f"---\nkey: 1\n{line}\n---\n").links[-1]
    assert (link.target, link.label) == (target, label)


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("---\ntags: [2024, 1a, y2024, 3/4]\n---\n", ["1a", "y2024"]),
        ("---\ntags: 2024\n---\n", []),
        ("---\ntags: 123 tea\n---\n", ["tea"]),
        ("tags:: 2024, tea\n", ["tea"]),
        ("tags:: [[2024]]\n", ["2024"]),
        ("#123 #1a #2024/x\n", ["1a", "2024/x"]),
    ],
)
def test_a_number_is_no_tag(text: str, tags: list[str]) -> None:
    assert [tag.name for tag in parse_note("a.md", text).tags] == tags


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("{{title}} - notes", "{{title}} - notes"),
        ("[yes, {{title}}, 'x {{y}}']", ("yes", "{{title}}", "x {{y}}")),
        ("{% if x %}", "{% if x %}"),
        ("<% tp.date.now() %>", "<% tp.date.now() %>"),
        ("{{date:YYYY-MM-DD}}T{{time}}", "{{date:YYYY-MM-DD}}T{{time}}"),
        ("!important x", "!important x"),
        (">x", ">x"),
        ("|x|", "|x|"),
    ],
)
def test_values_that_only_look_like_yaml_are_text(written: str, value: PropertyValue) -> None:
    note = parse_note("a.md", f"---\na: {written}\n{{{{k}}}}: 1\nb: 2\n---\n")
    assert note.properties == {"a": value, "{{k}}": 1, "b": 2}
    assert len(note.problems) == ("{" not in written and "%" not in written)


_KEYS = ["a", "Key b", "x-y", "Größe", "a ", "1", "'q'", "k:l"]
_VALUES = ["", "text", "a b  c ", "true", "No", "null", "~", "12", "012", "1.10", "2.5", "2024-03-01", "2024-02-30", "12:30",
    "2024-03-01T10:00:00", "2024-03-01 10:00", "a: b", "a:b", "https://x.y/z", "a #c", "C#", "'it''s'", "'x: y'", '"a # b"', '"a\\"b"',
    "[a, b]", "[1, NO, ' x ']", "[]", "[a,]", "[ a b , c]", "[[Tea]]", '"[[Tea]]"', "{a: 1}", "- x", "-5", "1e3", "0x1F", "@x",
    "*b", "&c d", "!d", "|", ">", "%", "`e`", "tea\u0301", "\u00a0x", "x\ty", "\U0001f375", "茶", "a, b", "a]", "[a: b]", "x:", "1_000", "?x", ".5",
    "9" * 20, "1." + "3" * 20, "...", "---x", "a\u2028b", "a\x07b", "0", "-0", "1.0", "TRUE", "[a,, b]", "[,]", "[a # b]", "[true, 1.50]"]  # fmt: skip


def test_plain_lines_are_read_as_yaml_reads_them() -> None:
    chance = random.Random(7)
    simple = 0
    for _ in range(3000):
        lines = []
        for _ in range(chance.randrange(1, 4)):
            lines.append(f"{chance.choice(_KEYS)}:{chance.choice(['', ' ', '  '])}{chance.choice(_VALUES)}")
            if chance.random() < 0.4:
                lines[-1] = f"{chance.choice(_KEYS)}:{chance.choice(['', ' '])}"
                lines += [
                    f"{chance.choice(['', '  ', '    '])}-{chance.choice([' ', '  ', ''])}{chance.choice(_VALUES)}"
                    for _ in range(chance.randrange(3))
                ]
            lines += [""] * (chance.random() < 0.1)
        text = chance.choice(["\n", "\n", "\r\n"]).join(lines)
        found = read_simple(text)
        if found is None:
            continue
        simple += 1
        whole = load(text) or {}
        assert isinstance(whole, dict)
        wanted = {str(key).strip(): property_value(value) for key, value in whole.items()}
        assert repr(found) == repr(wanted), text
    assert simple > 200
