"""The source distribution, the wheel built from it, and what that wheel alone can do.

The wheel's dependencies weigh gigabytes: the clean environment finds those of the test's own environment by a .pth
file, without its editable kb, and only the wheel itself is installed, with --no-deps.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from kb.cli.plugin_template import Kind
from tests.support import NOTES, write_notes

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The source distribution, and the wheel that was built from it."""
    folder = tmp_path_factory.mktemp("dist")
    words = ["-m", "build", "--outdir", str(folder), str(ROOT)]
    done = subprocess.run([sys.executable, *words], capture_output=True, text=True, check=False)
    if done.returncode and "hatchling" in done.stdout + done.stderr and not list(folder.iterdir()):
        pytest.skip("the build tools cannot be had here")
    assert done.returncode == 0, done.stderr
    [source], [wheel] = folder.glob("*.tar.gz"), folder.glob("*.whl")
    return source, wheel


@pytest.fixture(scope="module")
def clean(built: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory, own_home: None) -> Path:
    """An environment with the wheel and no other kb."""
    folder = tmp_path_factory.mktemp("clean")
    subprocess.run([sys.executable, "-m", "venv", str(folder / "venv")], check=True)
    [site] = (folder / "venv" / "lib").glob("*/site-packages")
    packages = [path for path in sys.path if path.endswith("site-packages")]
    (site / "dependencies.pth").write_text("\n".join(packages) + "\n", encoding="utf-8")
    words = ["-m", "pip", "install", "--quiet", "--no-deps", "--no-index", str(built[1])]
    done = subprocess.run(
        [str(folder / "venv" / "bin" / "python"), *words], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    write_notes(folder / "notes", NOTES)
    return folder


def run(clean: Path, program: str, *words: str, typed: str = "", cwd: Path | None = None) -> str:
    done = subprocess.run(
        [str(clean / "venv" / "bin" / program), *words],
        cwd=cwd or clean,
        input=typed,
        env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        | {"NO_COLOR": "1", "COLUMNS": "80"},
        capture_output=True,
        text=True,
        check=False,
        timeout=1800,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_distributions_hold_what_they_need_and_nothing_private(built: tuple[Path, Path]) -> None:
    source, wheel = built
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        entries = archive.read(next(name for name in names if name.endswith("entry_points.txt"))).decode()
    assert {"kb/cli/main.py", "kb/py.typed", "kb_plugins/__init__.py"} <= names
    assert {name.split("/")[0] for name in names if "dist-info" not in name} == {"kb", "kb_plugins"}
    [bill] = [name for name in names if ".dist-info/sboms/" in name]
    with zipfile.ZipFile(wheel) as archive:
        assert archive.read(bill) == (ROOT / "kb-notes.cdx.json").read_bytes()
    licences = {name.partition(".dist-info/licenses/")[2] for name in names if ".dist-info/licenses/" in name}
    assert licences == {
        "LICENSE",
        "kb/indexing/LICENSE-multilingual-e5.txt",
        "kb/text/data/README.md",
        "kb/text/data/dates/LICENSE-Unicode.txt",
    }
    assert any(name.startswith("kb/reading/") and name.endswith((".onnx", ".safetensors")) for name in names)
    for plugin in ("export", "lsp", "mcp", "quiz", "serve", "socratic", "study", "summarize"):
        assert re.search(rf"^{plugin} = kb_plugins\.", entries, re.MULTILINE)
    with tarfile.open(source) as archive:
        kept = {name.partition("/")[2] for name in archive.getnames()}
    assert {"pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md", "kb/cli/main.py"} <= kept
    assert not any(name.startswith((".venv", ".git/", "index/catalog", "dist/")) for name in kept)


def test_the_recipe_for_debian_copies_all_that_the_wheel_is_made_of(
    built: tuple[Path, Path], tmp_path: Path
) -> None:
    """No container is built here, but the wheel from what the recipe copies is the same as any other."""
    recipe = (ROOT / "examples" / "debian" / "Dockerfile").read_text("utf-8")
    for line in re.findall(r"^COPY (?!--from)(.+)$", recipe, re.MULTILINE):
        *names, target = line.split()
        for name in names:
            place = tmp_path / target.strip("/") / ("" if (ROOT / name).is_dir() else name)
            place.parent.mkdir(parents=True, exist_ok=True)
            copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copyfile
            copy(ROOT / name, place)
    words = ["-m", "build", "--wheel", "--outdir", str(tmp_path / "dist"), str(tmp_path / "src")]
    done = subprocess.run([sys.executable, *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    [wheel] = (tmp_path / "dist").glob("*.whl")

    def held(file: Path) -> set[str]:
        with zipfile.ZipFile(file) as archive:
            return {name for name in archive.namelist() if "__pycache__" not in name}

    assert held(wheel) == held(built[1])


def test_the_wheel_alone_indexes_answers_and_finds_its_parts(clean: Path) -> None:
    where = run(clean, "python", "-c", "import kb, kb_plugins; print(kb.__file__, kb_plugins.__file__)")
    assert where.count(str(clean / "venv")) == 2
    assert "The wheel works on Python" in run(clean, "python", str(ROOT / "tests" / "smoke.py"))


def test_plugins_of_others_run_on_the_wheel_alone(clean: Path) -> None:
    """The examples, as somebody copies them, and what `kb plugins new` writes."""
    base = clean / "others"
    write_notes(base / "notes", NOTES | {"Journal/2026-03-02.md": "# A Monday\n\nRain.\n"})
    (base / "kb.toml").write_text('vault = "notes"\nindex = "index"\n', encoding="utf-8")
    (base / "works.bib").write_text("@book{darwin1859, title = {On the Origin of Species}}", encoding="utf-8")
    shutil.copytree(ROOT / "examples" / "plugins", base / "plugins")
    for words in (["trust", "--yes"], ["index"], ["bibtex", "works.bib"]):
        run(clean, "kb", *words, cwd=base)
    assert " 2*" in run(clean, "kb", "calendar", "2026-03", cwd=base)
    written = (base / "notes" / "Literature" / "darwin1859.md").read_text(encoding="utf-8")
    assert "# On the Origin of Species" in written
    assert "growing intervals" in run(clean, "kb", "reread", "Spaced repetition", typed="read\n", cwd=base)
    for kind in Kind:
        run(clean, "kb", "plugins", "new", f"new_{kind}", "--kind", kind, cwd=base)
        assert "KB_API = 1" in (base / f"kb-new-{kind}" / f"kb_new_{kind}" / "__init__.py").read_text("utf-8")
