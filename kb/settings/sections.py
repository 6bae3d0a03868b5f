"""The sections of a kb.toml, a class each: every setting with its default, its range, and what it allows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import Field, dataclass, field, fields
from datetime import date
from pathlib import Path
from typing import Any

from kb.settings.folders import state_folder
from kb.settings.rules import address, choice, cores, named, number, secret
from kb.trust import Request

_WRITES = "writes new notes and thoughts there, within the vault"
LEAST_CONTEXT = 512  # tokens; with fewer there is no room for a quote, a question and an answer


@dataclass(frozen=True, slots=True)
class EmbeddingSettings:
    """`[embedding]`: which model turns passages into vectors."""

    # "auto": by the languages of the notes one of kb's own, all-MiniLM-L6-v2 or multilingual-e5-small; or the path of a
    # sentence-transformers folder
    model: str = named(
        "auto",
        allows="reads the notes with the embedding model in this folder",
        known=("all-MiniLM-L6-v2", "multilingual-e5-small"),
    )


@dataclass(frozen=True, slots=True)
class SharedIndexSettings:
    """`[index]`: a Chroma server by which several machines share vectors; see kb.indexing.shared."""

    # such as https://chroma.example.org, or http://127.0.0.1:8000; empty for none: nothing reaches the network then
    url: str = address(allows="sends the vectors of your notes to this server, and takes vectors from there")
    # shown to that server, or to the proxy before it; better in KB_INDEX_TOKEN than in a file
    token: str = secret(allows="sends this token to the server of the shared index")
    # signs vectors, and is never sent: what has no signature of the team's is not believed. Better in KB_INDEX_TEAM_KEY
    team_key: str = secret(allows="trusts vectors that are signed with this key")
    tenant: str = named("default_tenant", allows="keeps vectors under this tenant of the server")
    database: str = named("default_database", allows="keeps vectors in this database of the server")


@dataclass(frozen=True, slots=True)
class RetrievalSettings:
    """`[retrieval]`: how passages are found."""

    dense_weight: float = number(0.5, 0, 1)  # share of the dense score in the fused one
    candidates: int = number(100, 1, 10_000)  # passages each leg brings
    # how much notes gain that are linked with the best ones; 0 for not at all
    graph_weight: float = number(0.0, 0, 1)
    # folder of a sentence-transformers CrossEncoder that reads the best passages again
    reranker: str = named(allows="ranks what is found with the model in this folder")
    # a plugin's searcher that puts the hits into another order; empty for none
    searcher: str = named(allows="lets this plugin order what is found")


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """`[models]`: the language model that phrases answers."""

    # a .gguf file; empty for the bundled SmolLM2-135M-Instruct
    path: str = named(allows="runs the language model in this file")
    # a plugin's kind of model, which takes the place of file and server; `path` is handed to it
    plugin: str = named(allows="hands questions and quotes of your notes to this plugin")
    # an OpenAI-compatible server instead of a file, such as http://127.0.0.1:8080/v1
    url: str = address(allows="sends questions and quotes of your notes to this server")
    # for that server; better in KB_MODELS_KEY than in a file
    key: str = secret(allows="sends this key to the model server")
    # which of the server's models; empty for its first
    server_model: str = named(allows="asks the server for this model")
    # tokens; cut to what the model was trained for
    context: int = number(4096, LEAST_CONTEXT, 10_000_000)
    # layers given to a GPU where llama.cpp was built with one; -1 for all
    gpu_layers: int = number(-1, -1, 100_000)
    threads: int = number(0, 0, cores)  # 0 for one per core; more than cores only slow it down
    # how the context is kept in memory: whole, in a half or in a quarter
    kv_cache: str = choice("f16", "q8_0", "q4_0")
    temperature: float = number(0.0, 0, 2)  # of answers and summaries
    # temperature where another wording is wanted, as of the tutor's second question
    variety: float = number(0.7, 0, 2)
    seed: int = number(0, 0, 2**32 - 1)


@dataclass(frozen=True, slots=True)
class AnswerSettings:
    """`[answers]`: how much is shown."""

    passages: int = number(8, 1, 100)  # passages read for an answer
    quotes: int = number(3, 1, 20)  # quotes shown at most
    threshold: float = number(
        0.4, 0, 1
    )  # confidence below which kb says that the notes do not hold the answer
    # a .gguf file, a cross-encoder's folder or "model", to check answers again; empty for none
    judge: str = named(allows="lets this model decide which answers stand")
    # whether the language model phrases what the reader found; "auto": one chosen by you does, the bundled one does not
    prose: str = choice("auto", "always", "never")
    # "full": the answer and what stands next to it; "short": the answer alone; "quotes": no model
    style: str = choice("full", "short", "quotes")


@dataclass(frozen=True, slots=True)
class LinkSettings:
    """`[links]`: what becomes of new notes while kb watches."""

    # of links for a new note; "apply" makes the sure ones
    auto: str = choice(
        "suggest", "apply", "off", confirmed={"apply": "changes your notes without asking, to make links"}
    )
    sure: float = number(0.9, 0, 1)  # confidence from which links are made without asking


@dataclass(frozen=True, slots=True)
class NoteSettings:
    """`[notes]`: where kb new, kb daily and kb capture write. Paths are relative to the vault."""

    folder: str = named(allows=_WRITES)  # of new notes; empty for the top
    # the note that new ones begin as; empty for none
    template: str = named(allows="starts your new notes from this note of the vault")
    # folder of templates that are named without it
    templates: str = named(allows="takes templates from this folder of the vault")
    # the daily note, as in "Journal/YYYY-MM-DD"; empty for what Obsidian is set to, or where daily notes lie already
    daily: str = named(allows=_WRITES)
    inbox: str = named("Inbox", allows=_WRITES)  # the note that thoughts are put into
    capture: str = choice("daily", "inbox")  # where kb capture puts them


@dataclass(frozen=True, slots=True)
class PdfSettings:
    """`[pdf]`: what becomes of scanned pages, which hold a picture of their text."""

    # whether tesseract, where it is installed, reads them
    ocr: str = choice("off", "on", confirmed={"on": "runs tesseract over scanned pages of your files"})
    # languages that they are in, as tesseract names them: "eng", "deu+eng"
    languages: str = named("eng", allows="tells tesseract to read these languages")


@dataclass(frozen=True, slots=True)
class McpSettings:
    """`[mcp]`: what other programs may do through `kb mcp`."""

    # whether they may write new notes and add to notes
    write: str = choice("off", "on", confirmed={"on": "lets other programs write notes through kb mcp"})
    # what they show over HTTP; empty for a new one each time. Better in KB_MCP_TOKEN than in a file
    token: str = secret(allows="lets whoever knows this token read your notes through kb mcp")


@dataclass(frozen=True, slots=True)
class ServeSettings:
    """`[serve]`: what other programs and browsers may do through `kb serve`."""

    # whether they may write new notes and add to notes
    write: str = choice("off", "on", confirmed={"on": "lets other programs write notes through kb serve"})
    # what they show; empty for a new one each time. Better in KB_SERVE_TOKEN than in a file
    token: str = secret(allows="lets whoever knows this token read your notes through kb serve")
    # whether kb watch and the interface keep a process that answers kb search and others of yours sooner
    local: str = choice("on", "off")


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything a knowledge base is made from. Paths are absolute."""

    vault: Path
    index: Path
    root: Path | None = None  # folder of the kb.toml in force, None without one
    embedding: EmbeddingSettings = field(default_factory=EmbeddingSettings)
    shared: SharedIndexSettings = field(default_factory=SharedIndexSettings)
    retrieval: RetrievalSettings = field(default_factory=RetrievalSettings)
    models: ModelSettings = field(default_factory=ModelSettings)
    answers: AnswerSettings = field(default_factory=AnswerSettings)
    links: LinkSettings = field(default_factory=LinkSettings)
    notes: NoteSettings = field(default_factory=NoteSettings)
    mcp: McpSettings = field(default_factory=McpSettings)
    serve: ServeSettings = field(default_factory=ServeSettings)
    pdf: PdfSettings = field(default_factory=PdfSettings)
    sources: tuple[str, ...] = ("default",)  # names of the formats that are read besides Markdown
    withheld: tuple[Request, ...] = ()  # what the kb.toml asks for and the user has not confirmed

    today: date | None = None  # the day that "yesterday" is reckoned from; None for the clock's
    language: str = (
        ""  # ISO 639-1 code of the language that the system speaks with its user; empty where it says none
    )

    def section(self, name: str) -> Any:
        """The settings of the section that is called `name` in kb.toml."""
        return self.shared if name == INDEX else getattr(self, name)

    def leaves_out(self, name: str) -> bool:
        """Whether what is called `name` was asked for and not confirmed."""
        return any(request.name == name for request in self.withheld)

    @property
    def state(self) -> Path:
        """The folder for what belongs to this machine alone, such as verdicts on model files."""
        return state_folder()


INDEX = "index"  # a path, or a section with `path` in it
SECTIONS: dict[str, type[Any]] = {
    "embedding": EmbeddingSettings,
    INDEX: SharedIndexSettings,
    "retrieval": RetrievalSettings,
    "models": ModelSettings,
    "answers": AnswerSettings,
    "links": LinkSettings,
    "notes": NoteSettings,
    "mcp": McpSettings,
    "serve": ServeSettings,
    "pdf": PdfSettings,
}
PATHS = ("vault", "index")
SOURCES = "sources"  # a list of names
THE_MODEL = "model"  # as answers.judge: the language model in force


def all_settings() -> Iterator[tuple[str, Field[Any]]]:
    """Every setting: its section and its field."""
    for section, kind in SECTIONS.items():
        for item in fields(kind):
            yield section, item
