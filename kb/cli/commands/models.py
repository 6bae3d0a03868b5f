"""`kb models`: which language models there are, which fit this machine, and how to get and choose one."""

from __future__ import annotations

from contextlib import closing
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kb.cli.options import CliContext, Index, Json, Vault, resolve_options
from kb.cli.output import err, out, print_json, say
from kb.errors import ModelUnusable, SettingsError
from kb.safe_text import safe_line, without_secrets
from kb.settings.rules import expanded

if TYPE_CHECKING:
    from kb.models.library import Installed
    from kb.settings import AnswerSettings, ModelSettings

app = typer.Typer(
    name="models",
    help="See, download, choose, test and remove language models.",
    invoke_without_command=True,
    pretty_exceptions_enable=False,
)
_NONE = "none"
Name = Annotated[str, typer.Argument(help="An installed model's name.", show_default=False)]


@app.callback()
def list_models(context: typer.Context, vault: Vault = None, index: Index = None, json: Json = False) -> None:
    """List what is installed, and what would fit this machine.

    For example: kb models
    """
    if context.invoked_subcommand:
        return
    from kb.models.library import ModelLibrary
    from kb.models.recommended import RECOMMENDED
    from kb.models.speed import fit
    from kb.settings import THE_MODEL

    options = resolve_options(context, vault, index, json)
    settings, answers = _in_force(options)
    speed = _speed()
    used = _path_in_force(settings)
    installed: list[dict[str, Any]] = [
        {
            "name": model.name,
            "file": str(model.path),
            "bytes": model.bytes,
            "licence": model.licence,
            "fit": fit(model.bytes),
            "tokens_per_second": round(speed.writing_of(model.bytes), 1),
            "in_use": model.path == used,
            "judges": str(model.path) == answers.judge or (answers.judge == THE_MODEL and model.path == used),
        }
        for model in ModelLibrary().installed()
    ]
    names = {row["name"] for row in installed}
    others = [
        {
            "name": model.name,
            "source": model.source,
            "bytes": int(model.gigabytes * 1e9),
            "licence": model.licence,
            "fit": fit(int(model.gigabytes * 1e9)),
            "tokens_per_second": round(speed.writing_of(int(model.gigabytes * 1e9)), 1),
            "reason": model.reason,
        }
        for model in RECOMMENDED
        if model.name not in names
    ]
    if options.json:
        print_json({"installed": installed, "recommended": others, "server": without_secrets(settings.url)})
        return
    _print_table("Installed", installed)
    _print_table("Available to download (kb models get NAME)", others)
    if settings.url:
        out().print(f"Using the server at {safe_line(without_secrets(settings.url))}.", markup=False)
    elif not any(row["in_use"] for row in installed):
        out().print(f"In use: {safe_line(str(used))}", markup=False)
    say("Tokens/s are estimated from a two-second run of the bundled model.")


@app.command("get")
def get(
    what: Annotated[
        str,
        typer.Argument(
            help="A name from kb models, owner/repo:file.gguf, or an address.", show_default=False
        ),
    ],
    name: Annotated[
        str,
        typer.Option("--name", help="What to call it here; by default its file's name.", show_default=False),
    ] = "",
) -> None:
    """Download a model, and test it.

    For example: kb models get qwen3-1.7b
    """
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    from kb.models.download import describe, fetch
    from kb.models.library import ModelLibrary
    from kb.models.self_test import require_usable
    from kb.settings import state_folder

    wanted = describe(what, name)
    ModelLibrary().require_free(wanted.name)
    size = f"{wanted.bytes / 1e9:.2f} GB" if wanted.bytes else "size unknown"
    say(f"{without_secrets(wanted.source)}: {size}, licence {wanted.licence}")
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err(), transient=True) as progress:
        task = progress.add_task(wanted.name, total=wanted.bytes or None)
        model = fetch(wanted, ModelLibrary(), lambda done, _: progress.update(task, completed=done))
    require_usable(model.path, state_folder())
    out().print(f"Downloaded {model.name}. Use it with: kb models use {model.name}", markup=False)


@app.command("use")
def use(context: typer.Context, name: Name, vault: Vault = None, index: Index = None) -> None:
    """Use an installed model for the answers of this knowledge base.

    For example: kb models use qwen3-1.7b
    """
    from kb.models.library import BUNDLED
    from kb.models.self_test import require_usable
    from kb.settings import state_folder
    from kb.settings.writing import write_settings

    model = _named(name)
    require_usable(model.path, state_folder())
    file = _settings_file(resolve_options(context, vault, index), f"KB_MODELS_PATH={model.path}")
    write_settings(file, {"models.path": "" if model.name == BUNDLED else str(model.path), "models.url": ""})
    out().print(f"kb now uses {model.path.stem} for answers.", markup=False)


@app.command("judge")
def judge(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="An installed model's name, or none.", show_default=False)],
    vault: Vault = None,
    index: Index = None,
) -> None:
    """Let an installed model check answers, once a test shows that it can.

    For example: kb models judge qwen2.5-1.5b
    """
    from kb.answering.verifier.verifier import LanguageModelVerifier, calibrations_folder
    from kb.models.local import LocalModel
    from kb.settings import state_folder
    from kb.settings.writing import write_settings

    options = resolve_options(context, vault, index)
    if name == _NONE:
        write_settings(_settings_file(options, "KB_ANSWERS_JUDGE="), {"answers.judge": ""})
        out().print("Answers are now checked by kb's own rules alone.", markup=False)
        return
    model = _named(name)
    file = _settings_file(options, f"KB_ANSWERS_JUDGE={model.path}")
    settings = replace(_in_force(options)[0], path=str(model.path), url="")
    say(f"Benchmarking {model.name} on built-in sample notes (one time only).")
    with closing(
        LanguageModelVerifier(
            LocalModel(settings, state_folder()), calibrations_folder(state_folder()), owned=True
        )
    ) as opened:
        calibrations = opened.calibrations()
    for task, calibration in calibrations.items():
        out().print(f"Task {task}: {calibration.message}.", markup=False)
    if not any(calibration.suffices for calibration in calibrations.values()):
        raise ModelUnusable(f"{model.name} cannot judge. Choose a larger model; kb models lists some.")
    write_settings(file, {"answers.judge": str(model.path)})
    out().print(f"Answers are now also checked by {model.path.stem}.", markup=False)


@app.command("test")
def try_model(context: typer.Context, name: Name, json: Json = False) -> None:
    """Check a model file, load it, and measure its speed for two seconds.

    For example: kb models test qwen3-1.7b
    """
    from kb.models.local import LocalModel
    from kb.models.self_test import forget_verdict, require_usable
    from kb.models.speed import fit, measure
    from kb.settings import state_folder

    model = _named(name)
    forget_verdict(model.path, state_folder())
    require_usable(model.path, state_folder())
    settings, _ = _in_force(resolve_options(context, None, None))
    with closing(LocalModel(replace(settings, path=str(model.path), url=""), state_folder())) as loaded:
        speed = measure(loaded)
        report = asdict(loaded.report())
    facts = {
        **{key: value for key, value in report.items() if key not in ("path", "backend")},
        "fit": fit(model.bytes),
        "reading_tokens_per_second": round(speed.reading, 1),
        "writing_tokens_per_second": round(speed.writing, 1),
    }
    if json:
        print_json({"name": model.name, "file": str(model.path), **facts})
        return
    for key, value in facts.items():
        out().print(f"{key.replace('_', ' ')}: {value}", markup=False)


@app.command("remove")
def remove(name: Name) -> None:
    """Delete a downloaded model.

    For example: kb models remove qwen3-1.7b
    """
    from kb.models.library import ModelLibrary

    model = ModelLibrary().remove(name)
    out().print(f"Removed {model.name} ({model.bytes / 1e9:.2f} GB).", markup=False)


def _settings_file(options: CliContext, variable: str) -> Path:
    """The kb.toml in force. Raises SettingsError without one, and says which variable does the same once."""
    from kb.settings import FILE_NAME

    root = options.settings().root
    if root is None:
        raise SettingsError(f"No {FILE_NAME} to save it in. Run kb init first, or set {variable}")
    return root / FILE_NAME


def _named(name: str) -> Installed:
    """An installed model, or any file by its path."""
    from kb.models.library import Installed, ModelLibrary

    file = expanded(name)
    if file.suffix.casefold() == ".gguf" and file.is_file():
        return Installed(file.stem, file.absolute(), file.stat().st_size, "unknown")
    return ModelLibrary().find(name)


def _in_force(options: CliContext) -> tuple[ModelSettings, AnswerSettings]:
    """The settings in force here, or the defaults outside any knowledge base."""
    from kb.errors import VaultMissing
    from kb.settings import AnswerSettings, ModelSettings

    try:
        settings = options.settings()
    except VaultMissing:
        return ModelSettings(), AnswerSettings()
    return settings.models, settings.answers


def _path_in_force(settings: ModelSettings) -> Path:
    from kb.models.bundled import bundled_model

    return Path(settings.path) if settings.path else bundled_model()


def _speed() -> Any:
    """Measured once on this machine."""
    from kb.models.local import LocalModel
    from kb.models.speed import measure, remember, remembered
    from kb.settings import ModelSettings, state_folder

    state = state_folder()
    if (speed := remembered(state)) is None:
        with err().status("Measuring this machine"), closing(LocalModel(ModelSettings(), state)) as model:
            speed = measure(model)
        remember(speed, state)
    return speed


def _print_table(title: str, rows: list[dict[str, Any]]) -> None:
    from rich.table import Table
    from rich.text import Text

    if not rows:
        return
    table = Table(title=title, title_justify="left")
    for heading in ("name", "GB", "memory", "tokens/s", "licence", ""):
        table.add_column(heading, justify="right" if heading in ("GB", "tokens/s") else "left")
    for row in rows:
        roles = [role for key, role in (("in_use", "in use"), ("judges", "judge")) if row.get(key)]
        remark = ", ".join(roles) or row.get("reason", "")
        cells = (row["name"], f"{row['bytes'] / 1e9:.2f}", row["fit"], f"{row['tokens_per_second']:g}")
        table.add_row(*(Text(safe_line(cell)) for cell in (*cells, row["licence"], remark)))
    out().print(table)
