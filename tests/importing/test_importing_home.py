"""Imported notes are written as the vault's own are, and nothing that is there is touched."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest

from kb.errors import NoteUnwritable, UsageError
from tests.importing.conftest import House
from tests.importing.exports import (
    ENEX,
    KEEP_FILES,
    LOGSEQ,
    NOTION_FILES,
    PDF,
    PNG,
    ROAM,
    TEXT_FILES,
    pack,
    put,
)
from tests.support import write_notes


@pytest.fixture
def enex(tmp_path: Path) -> Path:
    return put(tmp_path / "export", {"notes.enex": ENEX}) / "notes.enex"


@pytest.fixture
def roam(tmp_path: Path) -> Path:
    return put(tmp_path / "export", {"garden.json": json.dumps(ROAM)}) / "garden.json"


def test_links_are_written_as_the_vault_writes_them(house: House, enex: Path) -> None:
    write_notes(house.vault, {"A.md": "[B](B.md) and ![p](img/p.png)\n", "B.md": "[A](A.md)\n"})
    house.bring(enex)
    text = house.text("Evernote/Rye bread notes.md")
    assert "see [Starter](Starter.md)" in text
    assert "![A loaf](attachments/loaf.png)" in text


def test_paths_in_links_are_those_of_the_vault(house: House, enex: Path) -> None:
    write_notes(house.vault, {"x/A.md": "[[x/B]]\n", "x/B.md": "[[x/A]]\n"})
    house.bring(enex)
    assert "see [[Evernote/Starter|Starter]]" in house.text("Evernote/Rye bread notes.md")


def test_files_beside_the_notes_say_nothing_of_how_links_are_written(house: House, enex: Path) -> None:
    write_notes(house.vault, {"A.md": "[B](B.md)\n", "B.md": "[A](A.md)\n"})
    put(house.vault, {f"{number}.txt": "[[A]] and [[B]]\n" for number in range(9)})
    house.bring(enex)
    assert "see [Starter](Starter.md)" in house.text("Evernote/Rye bread notes.md")


def test_properties_are_called_as_the_vault_calls_them(house: House, enex: Path) -> None:
    note = "---\ndate: 2024-01-01\nmodified: 2024-01-02\n---\n[[B]]\n"
    write_notes(house.vault, {"A.md": note, "B.md": note})
    house.bring(enex)
    assert "date: 2024-03-09T10:11:12\nmodified: 2024-03-10T10:11:12\n" in house.text(
        "Evernote/Rye bread notes.md"
    )


@pytest.mark.parametrize(
    ("folder", "expected"),
    [
        ("Files", "Files/loaf.png"),
        ("./", "Evernote/loaf.png"),
        ("./media", "Evernote/media/loaf.png"),
        ("/", "loaf.png"),
    ],
)
def test_attachments_go_where_obsidian_puts_them(
    house: House, enex: Path, folder: str, expected: str
) -> None:
    put(
        house.vault,
        {".obsidian/app.json": json.dumps({"attachmentFolderPath": folder, "useMarkdownLinks": True})},
    )
    plan = house.bring(enex)
    assert expected in {file.path for file in plan.files}
    assert "[Starter](Starter.md)" in house.text("Evernote/Rye bread notes.md")


def test_logseq_gets_pages_of_blocks(house: House, roam: Path) -> None:
    put(
        house.vault,
        {"logseq/config.edn": "{}", "journals/2024_01_01.md": "- day\n", "pages/Mill.md": "- [[Ada]]\n"},
    )
    house.bring(roam)
    assert house.text("pages/Rye bread.md").startswith(
        "created:: 2024-03-09T00:00:00\nupdated:: 2024-03-09T01:00:00\nimport-id:: roam-"
    )
    text = house.text("pages/Rye bread.md")
    assert "- ### Method\n- Feed the [[Starter]] in the *morning* with ==50 g==\n  id:: " in text
    assert "  - TODO weigh\n    id:: " in text
    assert "  - DONE mix" in text
    identity = text.split("id:: ")[2].split("\n")[0]
    assert f"- See (({identity})) and " in house.text("pages/Starter.md")
    assert f"{{{{embed (({identity}))}}}}" in house.text("pages/Starter.md")
    assert house.text("journals/2024_03_09.md").endswith("- Baked [[Rye bread]]\n")
    house.base.index()
    broken = {one.message.split("]]")[0] for one in house.base.upkeep.diagnose() if one.kind == "broken link"}
    assert "[[Rye bread" not in broken
    assert house.bring(roam).notes == ()


def test_logseq_gets_prose_as_blocks_and_files_in_assets(house: House, enex: Path) -> None:
    put(house.vault, {"logseq/config.edn": "{}"})
    house.bring(enex)
    text = house.text("pages/Rye ___ bread notes.md".replace(" ___ ", "___"))
    assert text.startswith("title:: Rye / bread: notes?\ntags:: baking, slow-food\n")
    assert "- Feed the **starter** first" in text
    assert "![A loaf](../assets/loaf.png)" in text
    assert "- ```\n  def rise():\n      return 2\n  ```" in text


def test_a_name_of_the_vault_is_left_to_the_vault(house: House, enex: Path) -> None:
    write_notes(house.vault, {"Starter.md": "my own\n", "Day.md": "[[Starter]]\n"})
    house.bring(enex)
    assert house.text("Starter.md") == "my own\n"
    assert "see [[Starter (Evernote)|Starter]]" in house.text("Evernote/Rye bread notes.md")
    house.base.index()
    assert [link.resolved for link in house.base.links.of("Day").out] == ["Starter.md"]


def test_attachments_of_one_name_are_kept_apart_and_equal_ones_are_one(house: House, tmp_path: Path) -> None:
    write_notes(house.vault, {"Imported/attachments/loaf.png": "mine"})
    files = {
        "a/A.md": "![](x/loaf.png)\n", "a/x/loaf.png": PNG,
        "b/B.md": "![](x/loaf.png)\n", "b/x/loaf.png": PDF,
        "c/C.md": "![](x/loaf.png)\n", "c/x/loaf.png": PNG,
    }  # fmt: skip
    house.bring(put(tmp_path / "old", files))  # type: ignore[arg-type]
    found = house.files()
    assert found["Imported/attachments/loaf.png"] == b"mine"
    assert sorted(path for path in found if "/loaf" in path) == [
        "Imported/attachments/loaf 2.png",
        "Imported/attachments/loaf 3.png",
        "Imported/attachments/loaf.png",
    ]
    assert {found[f"Imported/attachments/loaf {number}.png"] for number in (2, 3)} == {PNG, PDF}
    house.base.index()
    assert [one for one in house.base.upkeep.diagnose() if one.kind == "broken link"] == []


def test_what_changed_in_the_export_is_told_and_the_note_stays(house: House, enex: Path) -> None:
    house.bring(enex)
    before = house.files()
    enex.write_text(ENEX.replace("Wild yeast.", "Tame yeast."), encoding="utf-8")
    plan = house.bring(enex)
    assert plan.changed == ("Evernote/Starter.md",)
    assert house.files() == before


def test_an_imported_note_is_known_wherever_it_was_moved(house: House, enex: Path) -> None:
    house.bring(enex)
    (house.vault / "Starter of mine.md").write_text(
        house.text("Evernote/Starter.md") + "\nmy own line\n", encoding="utf-8"
    )
    (house.vault / "Evernote/Starter.md").unlink()
    plan = house.bring(enex)
    assert plan.notes == ()
    assert "Starter of mine.md" in plan.known


def test_new_notes_of_a_later_export_link_to_those_that_came_before(house: House, enex: Path) -> None:
    first, second = ENEX.index("<note>"), ENEX.index("<note>", ENEX.index("<note>") + 1)
    enex.write_text(ENEX[:first] + ENEX[second:], encoding="utf-8")
    assert [note.path for note in house.bring(enex).notes] == ["Evernote/Starter.md"]
    enex.write_text(ENEX, encoding="utf-8")
    assert [note.path for note in house.bring(enex).notes] == ["Evernote/Rye bread notes.md"]
    assert "see [[Starter]]" in house.text("Evernote/Rye bread notes.md")


def test_undo_leaves_what_was_written_into_since(house: House, enex: Path) -> None:
    house.bring(enex)
    with (house.vault / "Evernote/Starter.md").open("a", encoding="utf-8") as file:
        file.write("mine\n")
    done = house.base.undo()
    assert list(house.files()) == ["Evernote/Starter.md"]
    assert done.left == ("Evernote/Starter.md has changed since, so it was left alone.",)


def test_pages_of_one_name_in_several_folders_are_told_apart(house: House, tmp_path: Path) -> None:
    files = {
        f"A {'1' * 32}/Notes {'3' * 32}.md": "# Notes\n\nof a\n",
        f"B {'2' * 32}/Notes {'4' * 32}.md": "# Notes\n\nof b\n",
        f"Home {'5' * 32}.md": f"# Home\n\n[Notes](A%20{'1' * 32}/Notes%20{'3' * 32}.md) [Notes](B%20{'2' * 32}/Notes%20{'4' * 32}.md)\n",
    }
    house.bring(pack(tmp_path / "n.zip", files))
    assert "[[Notion/A/Notes|Notes]] [[Notion/B/Notes|Notes]]" in house.text("Notion/Home.md")


def test_a_folder_is_one_of_the_vault(house: House, enex: Path, tmp_path: Path) -> None:
    for folder in ("../out", "/tmp", "a/../../b", "a//.hidden", "x:y"):
        with (
            pytest.raises(NoteUnwritable, match="can't be a folder of the vault"),
            house.base.moving.reading(enex, "", folder),
        ):
            pass
    with pytest.raises(UsageError, match="one is inside the other"), house.base.moving.reading(house.vault):
        pass
    with pytest.raises(UsageError, match="one is inside the other"), house.base.moving.reading(tmp_path):
        pass
    with (
        pytest.raises(UsageError, match="Unknown format 'onenote'"),
        house.base.moving.reading(enex, "onenote"),
    ):
        pass


def test_text_moves_into_logseq_with_its_properties(house: House, tmp_path: Path) -> None:
    put(house.vault, {"logseq/config.edn": "{}"})
    house.bring(put(tmp_path / "old", TEXT_FILES))
    assert "tags:: baking\n" in house.text("pages/Rye.md")
    assert "![loaf](../assets/loaf.png)" in house.text("pages/Rye.md")


def test_logseq_moves_into_logseq(house: House, tmp_path: Path) -> None:
    put(house.vault, {"logseq/config.edn": "{}"})
    house.bring(put(tmp_path / "old", {"g.json": json.dumps(LOGSEQ)}) / "g.json")
    assert house.text("pages/Rye bread.md").startswith(
        "alias:: Schwarzbrot\ntags:: baking, slow-food\nrating:: 5\n"
    )
    assert "((65eb9a00-1111-4000-8000-000000000003))" in house.text("pages/Starter.md")


def test_tasks_keep_their_states_on_the_way_into_logseq(house: House, tmp_path: Path) -> None:
    put(house.vault, {"logseq/config.edn": "{}"})
    states = ("TODO", "DOING", "DONE", "CANCELED")
    blocks = [{"content": f"{state} bake", "children": []} for state in states]
    graph = {"version": 1, "blocks": [{"page-name": "Week", "children": blocks}]}
    house.bring(put(tmp_path / "old", {"g.json": json.dumps(graph)}) / "g.json")
    assert [line for line in house.text("pages/Week.md").splitlines() if "bake" in line] == [
        f"- {state} bake" for state in states
    ]


def test_notions_table_links_in_the_vaults_style(house: House, tmp_path: Path) -> None:
    write_notes(house.vault, {"A.md": "[B](B.md)\n", "B.md": "x\n"})
    house.bring(pack(tmp_path / "n.zip", NOTION_FILES))
    assert "| [Adler](Flours/Adler.md) | rye |" in house.text("Notion/Bakery/Flours.md")


def test_a_note_that_a_rule_leaves_out_is_named(house: House, enex: Path) -> None:
    (house.vault / ".kbignore").write_text("Evernote/\n", encoding="utf-8")
    assert house.base.moving.unread(house.bring(enex)) == [
        "Evernote/Rye bread notes.md",
        "Evernote/Starter.md",
    ]


def test_an_alias_of_the_vault_is_left_to_the_vault(house: House, enex: Path) -> None:
    write_notes(house.vault, {"Yeast.md": "---\naliases: [Starter]\n---\nmine\n", "Day.md": "[[Starter]]\n"})
    house.bring(enex)
    house.base.index()
    assert [link.resolved for link in house.base.links.of("Day").out] == ["Yeast.md"]


def test_words_about_imports_in_a_note_are_no_mark(house: House, enex: Path) -> None:
    house.bring(enex)
    mark = next(
        line for line in house.text("Evernote/Starter.md").splitlines() if line.startswith("import-id")
    )
    house.base.undo()
    write_notes(house.vault, {"Mine.md": f"# Mine\n\nI saw this:\n\n{mark}\n"})
    assert len(house.bring(enex).notes) == 2


def test_a_logseq_graph_comes_without_its_copies(house: House, tmp_path: Path) -> None:
    files = {"logseq/config.edn": "{}", "logseq/bak/pages/A.md": "old\n", "pages/A.md": "- new\n"}
    assert [note.path for note in house.bring(put(tmp_path / "graph", files)).notes] == [
        "Imported/pages/A.md"
    ]


def test_encrypted_text_is_not_taken_for_text(house: House, enex: Path) -> None:
    enex.write_text(ENEX.replace("Wild yeast.", '<en-crypt hint="h">UlZ0ZXh0</en-crypt>'), encoding="utf-8")
    house.bring(enex)
    assert "(encrypted in Evernote)" in house.text("Evernote/Starter.md")
    assert "UlZ0" not in house.text("Evernote/Starter.md")


def test_keep_is_found_among_other_products(house: House, tmp_path: Path) -> None:
    others = {f"Takeout/A{number}/x.json": "{}" for number in range(5)}
    plan = house.bring(pack(tmp_path / "takeout.zip", {**others, **KEEP_FILES}))
    assert (plan.label, len(plan.notes)) == ("Google Keep", 2)


def test_a_mark_from_another_vault_is_replaced(house: House, tmp_path: Path) -> None:
    mark = "import-id: evernote-0123456789ab-0123456789ab"
    old = put(tmp_path / "old", {"A.md": f"---\n{mark}\n---\ntext\n"})
    house.bring(old)
    assert mark not in house.text("Imported/A.md")
    assert house.bring(old).notes == ()


def test_an_import_that_stops_midway_says_so_and_goes_on(house: House, tmp_path: Path) -> None:
    old = put(tmp_path / "old", {"a/A.md": "[[B]]\n", "b/B.md": "[[A]]\n"})
    put(house.vault, {"Imported/b": "a file where a folder is to be"})
    with pytest.raises(NoteUnwritable, match=r"1 of 2 files were written\. kb undo takes them back"):
        house.bring(old)
    (house.vault / "Imported/b").unlink()
    assert [note.path for note in house.bring(old).notes] == ["Imported/b/B.md"]
    assert house.text("Imported/b/B.md").endswith("[[A]]\n")


def test_names_that_are_no_utf8_come_along(house: House, tmp_path: Path) -> None:
    old = put(tmp_path / "old", {"Tea.md": "![](caf.png)\n"})
    for name, data in ((b"caf\xe9.md", b"[[Tea]]\n"), (b"caf\xe9.png", PNG)):
        (old / os.fsdecode(name)).write_bytes(data)
    plan = house.bring(old)
    assert sorted(note.path for note in plan.notes) == ["Imported/Tea.md", "Imported/caf.md"]
    assert house.text("Imported/caf.md").endswith("[[Tea]]\n")
    assert house.bring(old).notes == ()


def test_times_are_those_of_this_place(house: House, enex: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    house.bring(enex)
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    plan = house.bring(enex)
    assert (plan.notes, plan.changed) == ((), ())  # a note is known again wherever one travels
    house.base.undo()
    house.bring(enex)
    assert "created: 2024-03-09T19:11:12\n" in house.text("Evernote/Rye bread notes.md")
