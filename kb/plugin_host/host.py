"""Finds, loads and calls plugins; one that fails is put aside by name, and the program goes on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import pluggy

from kb.ask_mode import ASK
from kb.errors import KbError, PluginError
from kb.plugin_api import (
    API_VERSION,
    OLDEST_API_VERSION,
    Exporter,
    Hooks,
    Mode,
    ModelSource,
    Panel,
    Searcher,
    Source,
)
from kb.plugin_host.finding import Plugin, find_plugins
from kb.plugin_host.guard import Result, guard
from kb.plugin_host.session import GuardedSession
from kb.plugin_trust import PluginChoices
from kb.trust import TrustStore

if TYPE_CHECKING:
    import typer

    from kb.plugin_api import KnowledgeBase, LanguageModel, Session
    from kb.retrieval.hit import SearchHit
    from kb.settings import Settings

Named = TypeVar("Named", Mode, Panel, Searcher, ModelSource, Exporter, Source)
_KINDS = (
    ("mode", "kb_modes", True),
    ("panel", "kb_panels", False),
    ("searcher", "kb_searchers", False),
    ("model", "kb_models", False),
    ("exporter", "kb_exporters", True),
    ("source", "kb_sources", False),
)
_EVENTS = frozenset(["kb_note_indexed", "kb_note_moved", "kb_answer_finished", "kb_session_ended"])


class PluginHost:
    """The plugins of one knowledge base. Finding them reads metadata only; they are loaded when first asked.

    `root` is the folder of the kb.toml in force, whose `plugins` folder is searched once it is trusted; `state` is
    the folder for what belongs to this machine.
    """

    def __init__(self, root: Path | None, state: Path) -> None:
        self._root = root
        self.choices = PluginChoices(state)
        self.trust = TrustStore(state)
        self._manager = pluggy.PluginManager("kb")
        self._manager.add_hookspecs(Hooks)
        self._found: dict[str, Plugin] | None = None
        self._loaded = False
        self.notices: list[str] = []

    @classmethod
    def of(cls, settings: Settings) -> PluginHost:
        """The plugins for these settings."""
        return cls(settings.root, settings.state)

    def plugins(self) -> list[Plugin]:
        """Every plugin, by name; loads none."""
        return [self._plugins[name] for name in sorted(self._plugins)]

    def loaded(self) -> list[Plugin]:
        """Every plugin, by name, after those that are on were loaded."""
        self._load_all()
        return self.plugins()

    @property
    def problems(self) -> list[str]:
        """What went wrong so far, a sentence each, naming the plugin."""
        failed = [
            f"Plugin {plugin.name} was disabled: {plugin.reason}"
            for plugin in self.plugins()
            if plugin.state == "failed"
        ]
        left_out = [plugin for plugin in self.plugins() if plugin.state == "untrusted"]
        if left_out:
            names = ", ".join(plugin.name for plugin in left_out)
            failed.append(f"Left out: the plugins {names} in {self.folder}. {left_out[0].reason}")
        return failed + self.notices

    @cached_property
    def modes(self) -> dict[str, Mode]:
        """Every mode by name, `ask` first."""
        return {ASK.name: ASK, **self._named("kb_modes", Mode, taken={ASK.name})}

    @cached_property
    def panels(self) -> dict[str, Panel]:
        """Every panel for the terminal interface by name."""
        return self._named("kb_panels", Panel)

    @cached_property
    def searchers(self) -> dict[str, Searcher]:
        """Every reranker by name."""
        return self._named("kb_searchers", Searcher)

    @cached_property
    def models(self) -> dict[str, ModelSource]:
        """Every kind of language model by name."""
        return self._named("kb_models", ModelSource)

    @cached_property
    def exporters(self) -> dict[str, Exporter]:
        """Every exporter by name."""
        return self._named("kb_exporters", Exporter)

    @cached_property
    def sources(self) -> dict[str, Source]:
        """Every format that plugins read, by name."""
        return self._named("kb_sources", Source)

    def add_commands(self, make_app: Callable[[], typer.Typer]) -> dict[str, typer.Typer]:
        """The commands of each plugin, on an app of its own, by the plugin's name."""
        apps: dict[str, typer.Typer] = {}
        for name in self._active():
            app = make_app()
            self._call(name, "kb_commands", app=app)
            if app.registered_commands or app.registered_groups:
                apps[name] = app
        return apps

    def status(self, base: KnowledgeBase) -> dict[str, int | str]:
        """What the plugins add to `kb status`."""
        lines: dict[str, int | str] = {}
        for name in self._active():
            for result in self._call(name, "kb_status", base=base):
                lines.update(result)
        return lines

    def due_notes(self, base: KnowledgeBase) -> dict[str, int]:
        """Notes with something to do now, and how much, by what all plugins say."""
        due: Counter[str] = Counter()
        for name in self._active():
            for result in self._call(name, "kb_due_notes", base=base):
                due.update(result)
        return dict(due)

    def notify(self, hook: str, **values: Any) -> None:
        """Tell every plugin of an event: one of `_EVENTS`."""
        for name in self._active():
            self._call(name, hook, **values)

    def describe(self, name: str) -> list[str]:
        """What a plugin adds, a line each, after it was loaded."""
        lines = []
        for kind, hook, named in _KINDS:
            for result in self._call(name, hook) if self.require(name).state == "on" else ():
                lines += [f"{kind} {item.name}{f': {item.summary}' if named else ''}" for item in result]
        plugin = self._manager.get_plugin(name)
        callers = self._manager.get_hookcallers(plugin) if plugin is not None else None
        heard = sorted(caller.name for caller in callers or [] if caller.name in _EVENTS)
        return lines + [f"hears {hook}" for hook in heard]

    def session(self, base: KnowledgeBase, mode: Mode) -> Session:
        """A session of `mode` that raises only KbError, always ends a turn with one Done, and is told of when closed."""

        def ended(turns: int) -> None:
            self.notify("kb_session_ended", base=base, mode=mode.name, turns=turns)

        return GuardedSession(base, mode, ended)

    def rerank(self, base: KnowledgeBase, query: str, hits: Sequence[SearchHit]) -> list[SearchHit]:
        """`hits` as the searcher named in the settings wants them. Raises PluginError when there is none."""
        name = base.settings.retrieval.searcher
        return list(guard(f"Searcher {name}", lambda: _of(self.searchers, name).rerank(base, query, hits)))

    def open_model(self, settings: Settings) -> LanguageModel:
        """The model of the kind named in the settings. Raises PluginError when there is none."""
        name = settings.models.plugin
        return guard(f"Model {name}", lambda: _of(self.models, name).open(settings, settings.models.path))

    def export(self, base: KnowledgeBase, exporter: Exporter, file: Path) -> None:
        """Have `file` written."""
        guard(f"Exporter {exporter.name}", lambda: exporter.write(base, file))

    def notice(self, text: str) -> None:
        """Keep a sentence for `problems`, once."""
        if text not in self.notices:
            self.notices.append(text)

    def put_aside(self, name: str, reason: str) -> None:
        """Use plugin `name` no more in this process, and say why."""
        self._manager.unregister(name=name) if self._manager.has_plugin(name) else None
        self._plugins[name] = replace(self._plugins[name], state="failed", reason=reason)

    @property
    def folder(self) -> Path | None:
        """The folder beside kb.toml whose plugins run once it is trusted."""
        return self._root / "plugins" if self._root is not None else None

    @property
    def _plugins(self) -> dict[str, Plugin]:
        if self._found is None:
            self._found = find_plugins(self.folder, self.choices, self.trust)
        return self._found

    def _load_all(self) -> None:
        if self._loaded:
            return
        self._loaded = True
        for plugin in self.plugins():
            if plugin.state == "on" and plugin.load is not None:
                self._guarded(plugin.name, "loading it", partial(self._register, plugin.name, plugin.load))

    def _register(self, name: str, load: Callable[[], object]) -> None:
        plugin = load()
        _check_version(getattr(plugin, "KB_API", API_VERSION))
        self._manager.register(plugin, name)
        # A misspelt hook would otherwise be ignored without a word.
        self._manager.check_pending()

    def _active(self) -> list[str]:
        self._load_all()
        return [plugin.name for plugin in self.plugins() if plugin.state == "on"]

    def _named(self, hook: str, kind: type[Named], taken: set[str] | None = None) -> dict[str, Named]:
        owners: dict[str, str] = dict.fromkeys(taken or (), "kb itself")
        found: dict[str, Named] = {}
        for name in self._active():
            for result in self._call(name, hook):
                for item in result if isinstance(result, list | tuple) else [result]:
                    if not isinstance(item, kind):
                        self.put_aside(name, f"{hook} gave a {type(item).__name__}, not a {kind.__name__}.")
                    elif item.name in owners:
                        rival = owners[item.name]
                        self.notice(
                            f"Plugin {name}: {item.name!r} of {hook} was skipped: {rival} already provides it."
                        )
                    else:
                        owners[item.name] = f"plugin {name}"
                        found[item.name] = item
        return found

    def _call(self, name: str, hook: str, **values: Any) -> list[Any]:
        """What plugin `name` returns from `hook`; nothing when it has no such hook, or raises."""
        others = [plugin for other, plugin in self._manager.list_name_plugin() if other != name]
        caller = self._manager.subset_hook_caller(hook, others)
        return self._guarded(name, hook, lambda: caller(**values)) or []

    def _guarded(self, name: str, what: str, call: Callable[[], Result]) -> Result | None:
        """The result of `call` into plugin `name`, or None when it raised: then the plugin is put aside."""
        try:
            return guard(what, call)
        except KbError as error:
            self.put_aside(name, str(error))
        return None

    def require(self, name: str) -> Plugin:
        """The plugin called `name`. Raises PluginError when there is none."""
        if name not in self._plugins:
            known = ", ".join(self._plugins) or "none"
            raise PluginError(f"No plugin is called {name!r}. Known plugins: {known}.")
        return self._plugins[name]


def _of(parts: dict[str, Named], name: str) -> Named:
    if name not in parts:
        raise PluginError(
            f"kb.toml asks for {name!r}, but no plugin provides it. Available: {', '.join(parts) or 'none'}."
        )
    return parts[name]


def _check_version(wanted: object) -> None:
    """Raises PluginError where a plugin was made for a version of the API that this kb does not have."""
    if isinstance(wanted, int) and OLDEST_API_VERSION <= wanted <= API_VERSION:
        return
    have = f"this kb has {API_VERSION} and takes plugins from {OLDEST_API_VERSION} on"
    what = "Update kb" if isinstance(wanted, int) and wanted > API_VERSION else "Update the plugin"
    raise PluginError(f"it says KB_API = {wanted!r}, but {have}. {what}.")
