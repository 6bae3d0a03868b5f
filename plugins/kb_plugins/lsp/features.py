"""Which function answers which request of the protocol."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from lsprotocol import types

from kb_plugins.lsp.completion import TRIGGERS, completion, resolve
from kb_plugins.lsp.desk import Desk
from kb_plugins.lsp.navigation import code_lens, definition, document_links, hover, references
from kb_plugins.lsp.outlines import document_symbols, folding_ranges, workspace_symbols
from kb_plugins.lsp.renaming import FILES, prepare_rename, rename, will_rename_files

Answer = Callable[[Desk, Any], Any]

FEATURES: Mapping[str, tuple[Answer, Any]] = {
    types.TEXT_DOCUMENT_COMPLETION: (
        completion,
        types.CompletionOptions(trigger_characters=TRIGGERS, resolve_provider=True),
    ),
    types.COMPLETION_ITEM_RESOLVE: (resolve, None),
    types.TEXT_DOCUMENT_DEFINITION: (definition, None),
    types.TEXT_DOCUMENT_REFERENCES: (references, None),
    types.TEXT_DOCUMENT_HOVER: (hover, None),
    types.TEXT_DOCUMENT_DOCUMENT_LINK: (document_links, None),
    types.TEXT_DOCUMENT_CODE_LENS: (code_lens, None),
    types.TEXT_DOCUMENT_DOCUMENT_SYMBOL: (document_symbols, None),
    types.TEXT_DOCUMENT_PREPARE_RENAME: (prepare_rename, None),
    types.TEXT_DOCUMENT_RENAME: (rename, None),
    types.WORKSPACE_WILL_RENAME_FILES: (will_rename_files, FILES),
    types.WORKSPACE_SYMBOL: (workspace_symbols, None),
    types.TEXT_DOCUMENT_FOLDING_RANGE: (folding_ranges, None),
}
