"""Exports that are broken, or made to do harm, cost one sentence, and the vault nothing."""

from __future__ import annotations

import io
import json
import os
import resource
import struct
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kb.errors import KbError
from kb.importing.archive import open_export
from kb.importing.formats import FORMATS
from kb.importing.importer import Export
from tests.importing.conftest import House
from tests.importing.exports import CHATGPT, CLAUDE, ENEX, LOGSEQ, MESSAGES, PNG, ROAM, pack, put
from tests.support import run_kb

DEEP = 100_000
_ENTITIES = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "lol"}">' for n in range(12))
_NOTE = "<en-export><note><title>{}</title><content><![CDATA[<en-note>{}</en-note>]]></content></note></en-export>"


def _zip(
    *names: str, data: bytes = b"# x\n", change: Callable[[zipfile.ZipInfo], None] = lambda _: None
) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            change(info)
            archive.writestr(info, data)
    return packed.getvalue()


def _claiming(size: int, data: bytes) -> bytes:
    """An archive whose directory says that its one file has `size` bytes."""
    packed = bytearray(_zip("a.md", data=data))
    place = packed.rindex(b"PK\x01\x02")
    struct.pack_into("<I", packed, place + 24, size)
    return bytes(packed)


def _encrypted() -> bytes:
    packed = bytearray(_zip("a.md"))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = packed.index(mark)
        packed[place + offset] |= 1
    return bytes(packed)


HOSTILE: dict[str, tuple[str, bytes]] = {
    "a name above the folder": ("x.zip", _zip("a.md", "../../evil.md")),
    "a name above it, in Windows' way": ("x.zip", _zip("a.md", "..\\..\\evil.md")),
    "an absolute name": ("x.zip", _zip("/etc/evil.md")),
    "a drive": ("x.zip", _zip("C:/evil.md")),
    "a bomb": ("x.zip", _zip("a.md", data=b"\0" * 60_000_000)),
    "a claim of a gigabyte": ("x.zip", _claiming(1_000_000_000, b"# x\n")),
    "a claim of a byte": ("x.zip", _claiming(1, b"# hello hello hello\n")),
    "an encrypted archive": ("x.zip", _encrypted()),
    "half an archive": ("x.zip", _zip("a.md", data=os.urandom(5_000))[:2_500]),
    "no archive": ("x.zip", b"PK\x03\x04 nothing"),
    "an empty archive": ("x.zip", _zip()),
    "entities in entities": (
        "x.enex",
        f"<!DOCTYPE lolz [{_ENTITIES}]><en-export><note>&l11;</note></en-export>".encode(),
    ),
    "an entity from a file": (
        "x.enex",
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><en-export><note><title>&x;</title></note></en-export>',
    ),
    "an entity within a note": (
        "x.enex",
        b'<!DOCTYPE a [<!ENTITY x "y">]><en-export><note><title>&x;</title></note></en-export>',
    ),
    "a deep note": ("x.enex", b"<en-export><note>" + b"<a>" * DEEP + b"</a>" * DEEP + b"</note></en-export>"),
    "elements without end": ("x.enex", b"<a>" * DEEP),
    "deep elements": ("x.enex", b"<a>" * DEEP + b"</a>" * DEEP),
    "half a notebook": ("x.enex", ENEX.encode()[:900]),
    "no notebook": ("x.enex", b"\x00\xff" * 1_000),
    "an encoding that nobody knows": (
        "x.enex",
        b'<?xml version="1.0" encoding="klingon"?><en-export><note><title>a</title></note></en-export>',
    ),
    "mail within mail": ("x.mhtml", b"Content-Type: message/rfc822\n\n" * 3_000),
    "parts without end": ("x.mhtml", b"Content-Type: multipart/mixed; boundary=b\n\n--b\n" * 3_000),
    "a page of no page": ("x.mhtml", b"Subject: x\n\ny\n"),
    "deep JSON": ("conversations.json", b"[" * DEEP + b"]" * DEEP),
    "deep objects": ("conversations.json", b'{"a":' * DEEP + b"1" + b"}" * DEEP),
    "half a JSON": ("conversations.json", json.dumps(CHATGPT).encode()[:200]),
    "NaN": ("conversations.json", b'[{"mapping": NaN}]'),
    "a number of a million digits": (
        "conversations.json",
        b'[{"mapping": {}, "create_time": ' + b"9" * 1_000_000 + b"}]",
    ),
    "JSON of nothing": ("x.json", b"[]"),
    "a program": ("x.exe", b"MZ\x00\x01"),
    "a picture called text": ("x.txt", PNG),
    "a file of nothing": ("x.md", b""),
}


SAID = {
    "a name above the folder": "outside of its folder",
    "a drive": "outside of its folder",
    "a bomb": "far more than it should",
    "an encrypted archive": "is encrypted",
    "half an archive": "the archive is damaged",
    "entities in entities": "defines entities",
    "an entity from a file": "defines entities",
    "an entity within a note": "defines entities",
    "a deep note": "nested too deeply",
    "deep elements": "nested too deeply",
    "half a notebook": "damaged or not an Evernote export",
    "an encoding that nobody knows": "damaged or not an Evernote export",
    "deep JSON": "nested too deeply",
    "half a JSON": "damaged or not JSON",
    "a program": "Can't tell which program",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_it_is_refused_in_one_sentence_and_nothing_is_written(
    house: House, tmp_path: Path, name: str
) -> None:
    file, data = HOSTILE[name]
    export = put(tmp_path / "export", {file: data}) / file
    start = time.process_time()
    if name == "a file of nothing":
        house.bring(export)
        return
    if name in ("a picture called text", "a claim of a byte") or file == "x.mhtml":
        with house.base.moving.reading(export) as plan:
            assert plan.notes == ()
            assert len(plan.left) == 1
    else:
        with pytest.raises(KbError) as caught, house.base.moving.reading(export):
            pass
        assert str(caught.value).count("\n") == 0
        assert len(str(caught.value)) < 300
        assert SAID.get(name, "") in str(caught.value)
    assert time.process_time() - start < 5
    assert house.files() == {}


def test_what_is_no_file_is_never_waited_for(house: House, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.zip")
    for path in (tmp_path / "pipe.zip", Path("/dev/zero"), tmp_path / "nowhere"):
        with pytest.raises(KbError, match="can't be imported"), house.base.moving.reading(path):
            pass
    folder = put(tmp_path / "old", {"A.md": "![](pipe.png) ![](real.png)\n", "real.png": PNG})
    os.mkfifo(folder / "pipe.png")
    os.mkfifo(folder / "pipe.md")
    assert [note.path for note in house.bring(folder).notes] == ["Imported/A.md"]


def test_no_file_from_outside_of_an_export_comes_along(house: House, tmp_path: Path) -> None:
    put(tmp_path, {"secret.png": PNG, "secret.md": "secret"})
    page = '<p>x</p><img src="../secret.png"><img src="file:///etc/passwd"><img src="/etc/passwd"><a href="../secret.png">s</a>'
    folder = put(
        tmp_path / "old",
        {"A.md": "![a](../secret.png) [[../secret]] ![b](..%2Fsecret.png) ![c](link.png)\n", "B.txt": "b"},
    )
    (folder / "link.png").symlink_to(tmp_path / "secret.png")
    (folder / "Link.md").symlink_to(tmp_path / "secret.md")
    (folder / "linked").symlink_to(tmp_path)
    plan = house.bring(folder)
    assert (len(plan.notes), plan.files) == (2, ())
    plan = house.bring(put(tmp_path / "web", {"A.html": page}) / "A.html")
    assert plan.files == ()


def test_titles_and_file_names_stay_in_their_folder(house: House, tmp_path: Path) -> None:
    titles = [
        "../../evil",
        "/etc/passwd",
        ".obsidian/x",
        "..",
        "",
        "con",
        "a" * 3_000,
        "x\u202egpj.exe",
        "a\nb",
        "🎂" * 300,
        "note.tmp",
        "~$a",
        "[[x]]",
        "a|b#c^d",
        "CON.txt",
        "é" * 250,
    ]
    messages = [{"role": "user", "content": "hello"}]
    value = [{"id": str(number), "title": title, "messages": messages} for number, title in enumerate(titles)]
    house.bring(put(tmp_path / "m", {"chats.json": json.dumps(value)}))
    assert len(house.files()) == len(titles)
    assert all(path.startswith("Chats/") and path.count("/") == 1 for path in house.files())
    assert len(house.base._vault.scan()) == len(titles)  # none is called as editors call their own files


def test_a_link_in_the_vault_to_elsewhere_is_not_followed(house: House, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (house.vault / "Evernote").symlink_to(tmp_path / "outside")
    export = put(tmp_path / "e", {"a.enex": ENEX}) / "a.enex"
    with pytest.raises(KbError, match="symbolic link"):
        house.bring(export)
    assert list((tmp_path / "outside").iterdir()) == []


@pytest.mark.parametrize(
    "page",
    [
        "<div>" * DEEP + "x" + "</div>" * DEEP,
        "<div>" * DEEP + "x",
        "<p>x" * 10_000,
        "<li>x" * 10_000,
        "<ul><li>" * 20_000 + "x",
        "<table><tr><td>" * 5_000 + "x",
        "<blockquote>" * DEEP + "x",
        "</div>" * DEEP + "x",
        "<b><i>" * 50_000 + "x" + "</b></i>" * 50_000,
        "x<a href='" + "a" * 1_000_000 + "'>y</a>",
        "x<" * DEEP,
        "x<!--" * DEEP,
        "x&" * DEEP,
        "x" + "[" * DEEP,
        "x" + "\n" * DEEP + "[x] ",
        "x<img src='data:image/png;base64," + "A" * 1_000_000 + "'>",
        "x<script>" * DEEP,
        "x<a " * DEEP,
        "x<a " * DEEP + ">",
        "x</" * DEEP,
        "x<!" * DEEP + ">",
        "x<?" * DEEP + ">",
        "x<![CDATA[" * DEEP + ">",
        "x<a b='" * DEEP + ">",
    ],
    ids=range(24),
)
def test_html_of_any_form_takes_little_time(house: House, tmp_path: Path, page: str) -> None:
    start = time.process_time()
    with house.base.moving.reading(put(tmp_path / "w", {"a.html": page}) / "a.html") as plan:
        assert len(plan.notes) + len(plan.left) == 1
    with house.base.moving.reading(
        put(tmp_path / "w", {"a.enex": _NOTE.format("t", page)}) / "a.enex"
    ) as plan:
        assert len(plan.notes) == 1
    assert time.process_time() - start < 20


@pytest.mark.parametrize(
    "said",
    [
        "{{embed ",
        "[[",
        "[[a",
        "((abcdefgh",
        "[a](",
        "^^a ",
        "__a",
        ":LOGBOOK:\n",
        "```",
        "``` ````",
        "`",
        "a::\n",
        "#[[",
        "id:: x\n",
        "{{[[TODO]]}}",
    ],
)
def test_outlines_of_any_marks_take_little_time(house: House, tmp_path: Path, said: str) -> None:
    text = said * (100_000 // len(said))
    roam = [{"title": "t", "edit-time": 1, "children": [{"string": text, "uid": "abcdefghi"}]}]
    logseq = {"blocks": [{"page-name": "t", "children": [{"content": text, "id": "abcdefghi"}]}]}
    start = time.process_time()
    for name, value in (("r.json", roam), ("l.json", logseq)):
        with house.base.moving.reading(put(tmp_path / "o", {name: json.dumps(value)}) / name) as plan:
            assert len(plan.notes) + len(plan.left) == 1
    assert time.process_time() - start < 20


@pytest.mark.parametrize(
    "said", ["<aside>\n", "# x\n", "a: b\n", "[a](b.md)", "| a |\n", "::a", "#a b", "---\n", "- [ ]  x\n"]
)
def test_markdown_of_any_marks_takes_little_time(house: House, tmp_path: Path, said: str) -> None:
    text = said * (100_000 // len(said))
    start = time.process_time()
    for source in ("notion", "bear", "text"):
        with house.base.moving.reading(put(tmp_path / "o", {"a.md": text}), source) as plan:
            assert len(plan.notes) + len(plan.left) == 1
    assert time.process_time() - start < 20


def test_an_outline_as_deep_as_json_may_be(house: House, tmp_path: Path) -> None:
    block = {"string": "x", "uid": "a"}
    for _ in range(300):
        block = {"string": "x", "uid": "a", "children": [block]}  # type: ignore[dict-item]
    house.bring(
        put(tmp_path / "o", {"r.json": json.dumps([{"title": "t", "edit-time": 1, "children": [block]}])})
    )
    assert house.text("Roam/t.md").count("- x") == 301


_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text(max_size=8), below, max_size=3),
    max_leaves=6,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_json_of_another_shape_never_stops_an_importer(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    value = json.loads(json.dumps(data.draw(st.sampled_from([CHATGPT, CLAUDE, MESSAGES, ROAM, LOGSEQ]))))
    for _ in range(data.draw(st.integers(1, 4))):
        place = value
        while isinstance(place, dict | list) and place:
            keys = list(place) if isinstance(place, dict) else range(len(place))
            key = data.draw(st.sampled_from(keys))
            if not isinstance(place[key], dict | list) or not place[key] or data.draw(st.booleans()):
                place[key] = data.draw(_VALUES)
                break
            place = place[key]
    folder = tmp_path_factory.mktemp("json")
    file = put(folder, {"conversations.json": json.dumps(value)}) / "conversations.json"
    for importer in FORMATS:
        tree = open_export(file)
        try:
            if importer.fits(tree):
                list(importer.notes(Export(tree)))
        except KbError:
            pass
        finally:
            tree.close()


@pytest.mark.parametrize("name", ["conversations.json", "a.md", "a.html"])
def test_a_file_that_claims_a_terabyte_is_not_read(house: House, tmp_path: Path, name: str) -> None:
    with (tmp_path / name).open("wb") as file:
        file.truncate(1_000_000_000_000)
    reasons = []
    try:
        with house.base.moving.reading(tmp_path / name) as plan:
            reasons = [one.reason for one in plan.left]
            assert plan.notes == ()
    except KbError as error:
        reasons = [str(error)]
    assert len(reasons) == 1
    assert "is larger than" in reasons[0]
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < 4_000_000


def test_a_damaged_attachment_costs_itself_alone(house: House, tmp_path: Path) -> None:
    export = pack(tmp_path / "a.zip", {"A.md": "![](p.png)\n", "p.png": os.urandom(4_000)})
    data = bytearray(export.read_bytes())
    place = data.index(b"p.png") + 1_000
    data[place : place + 50] = bytes(50)
    export.write_bytes(data)
    with house.base.moving.reading(export) as plan:
        left = house.base.moving.carry_out(plan)
    assert [one.name for one in left] == ["Imported/attachments/p.png"]
    assert (house.vault / "Imported/A.md").exists()


def test_the_command_tells_it_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "vault").mkdir()
    put(tmp_path, {"x.zip": HOSTILE["a bomb"][1]})
    done = run_kb("import", "x.zip", "--yes", "--vault", "vault", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "kb: x.zip would unpack to far more than it should ('a.md'), so it was refused.\n"
