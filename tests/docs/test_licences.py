"""The list of licences: complete, known, and in the form that other programs read."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

from tools.licences import EXTRAS, PARTS, packages, page, sbom, wheel_sbom

ROOT = Path(__file__).parents[2]
# Licences under which kb may be installed with a package. A new one is read by a person first.
READ = {
    "0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "BSL-1.0", "CC-BY-SA-4.0", "CC0-1.0", "CNRI-Python", "ISC",
    "LGPL-3.0-only", "MIT", "MIT-0", "MIT-CMU", "MPL-2.0", "ODbL-1.0", "PSF-2.0", "Unicode-3.0", "Unlicense", "Zlib",
}  # fmt: skip


def names_in(expression: str) -> set[str]:
    return set(re.findall(r"[A-Za-z0-9.-]+", re.sub(r"\b(?:AND|OR|WITH [\w.-]+)", " ", expression)))


def test_every_package_has_a_licence_that_somebody_has_read() -> None:
    found = packages()
    assert len(found) > 100
    assert {"torch", "llama-cpp-python", "chromadb", "textual"} <= found.keys()
    assert {
        name
        for name, package in found.items()
        if not names_in(package.licence) or names_in(package.licence) - READ
    } == set()
    assert {group for package in found.values() for group in package.needed_for} <= {"kb", *EXTRAS}


def test_every_file_of_data_in_the_wheel_belongs_to_a_part() -> None:
    named = {file for part in PARTS[1:] for pattern in part.files for file in ROOT.glob(pattern)}
    assert all(any(ROOT.glob(pattern)) for part in PARTS for pattern in part.files)
    weights = {
        file
        for suffix in ("onnx", "safetensors", "gguf", "forms", "bin")
        for file in ROOT.glob(f"kb/**/*.{suffix}")
    }
    assert weights <= named
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert set().union(*(names_in(part.licence) for part in PARTS)) == names_in(project["license"])
    for file in project["license-files"]:
        assert (ROOT / file).is_file(), file


def test_the_bill_of_materials_is_whole() -> None:
    made = sbom()
    assert (made["bomFormat"], made["specVersion"]) == ("CycloneDX", "1.6")
    references = [one["bom-ref"] for one in made["components"]]
    assert len(set(references)) == len(references)
    known = {*references, made["metadata"]["component"]["bom-ref"]}
    for row in made["dependencies"]:
        assert {row["ref"], *row["dependsOn"]} <= known
    assert all(one["licenses"] for one in made["components"])
    done = subprocess.run(
        [sys.executable, "-m", "tools.licences", "--sbom"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout) == made


def test_the_bill_of_the_wheel_is_kept_as_it_is_made() -> None:
    made = wheel_sbom()
    assert {one["name"] for one in made["components"]} == {part.name for part in PARTS[1:]}
    kept = json.loads((ROOT / "kb-notes.cdx.json").read_text("utf-8"))
    assert kept == made, "write it anew: make sbom"


def test_the_page_names_all_of_them() -> None:
    shown = page()
    for package in packages().values():
        assert f"| {package.name} | {package.version} | " in shown
