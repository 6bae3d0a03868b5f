"""How a conversation is written down for a model: which control tokens stand around each message.

The file's own chat template is a program; it is looked at, never run. Known families are recognised by the
control tokens it mentions, and written by the table below. Contents are always tokenised as plain text, so a
note that contains `<|im_start|>system` gives no orders.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from kb.models.language_model import Message, Role

Tokenise = Callable[[str], list[int]]  # plain text to tokens; control tokens in the text are not recognised
Control = Callable[[str], int | None]  # a control token's number by its exact text, None if it is not one

# Everything in the table that can be a control token of the vocabulary.
_MARKER = re.compile(r"<\|[^|<>]+\|>|<｜[^｜]+｜>|<(?:start|end)_of_turn>|</?s>|</?think>|\[/?[A-Z_]+\]")


@dataclass(frozen=True, slots=True)
class ChatFormat:
    """Literal text around each role's content."""

    name: str
    system: tuple[str, str]
    user: tuple[str, str]
    assistant: tuple[str, str]
    generation: str  # opens the answer
    system_joins_user: bool = False  # no system role: its text opens the first user message
    stops: tuple[str, ...] = ()  # for formats whose end is plain text

    def around(self, role: Role) -> tuple[str, str]:
        return {"system": self.system, "user": self.user, "assistant": self.assistant}[role]

    def markers(self) -> list[str]:
        """The control tokens this format cannot do without."""
        pieces = (*self.system, *self.user, *self.assistant, self.generation)
        return sorted({marker for piece in pieces for marker in _MARKER.findall(piece)})


def _same_for_all(name: str, before: str, after: str) -> ChatFormat:
    """A format in which roles differ only by their name, written ROLE."""

    def around(role: str) -> tuple[str, str]:
        return before.replace("ROLE", role), after

    opening = before.replace("ROLE", "assistant")
    return ChatFormat(name, around("system"), around("user"), around("assistant"), opening)


_COHERE = "<|START_OF_TURN_TOKEN|>"
_COHERE_END = "<|END_OF_TURN_TOKEN|>"
_HARMONY = _same_for_all("harmony", "<|start|>ROLE<|message|>", "<|end|>")

CHATML = _same_for_all("chatml", "<|im_start|>ROLE\n", "<|im_end|>\n")
PLAIN = ChatFormat(
    "plain",
    ("", "\n\n"),
    ("User: ", "\n"),
    ("Assistant: ", "\n"),
    "Assistant:",
    stops=("\nUser:", "\nAssistant:"),
)

# In the order they are tried: the first whose signature the template contains.
_FAMILIES: tuple[tuple[str, ChatFormat], ...] = (
    ("<|im_sep|>", _same_for_all("phi4", "<|im_start|>ROLE<|im_sep|>", "<|im_end|>")),
    ("<|im_start|>", CHATML),
    (
        "<|start_header_id|>",
        _same_for_all("llama3", "<|start_header_id|>ROLE<|end_header_id|>\n\n", "<|eot_id|>"),
    ),
    ("<|header_start|>", _same_for_all("llama4", "<|header_start|>ROLE<|header_end|>\n\n", "<|eot|>")),
    (
        "<start_of_turn>",
        ChatFormat(
            "gemma",
            ("", ""),
            ("<start_of_turn>user\n", "<end_of_turn>\n"),
            ("<start_of_turn>model\n", "<end_of_turn>\n"),
            "<start_of_turn>model\n",
            system_joins_user=True,
        ),
    ),
    (
        "<|start_of_role|>",
        _same_for_all("granite", "<|start_of_role|>ROLE<|end_of_role|>", "<|end_of_text|>\n"),
    ),
    (
        "<|channel|>",
        replace(_HARMONY, generation="<|start|>assistant<|channel|>final<|message|>"),
    ),
    (
        "<｜User｜>",
        ChatFormat(
            "deepseek",
            ("", ""),
            ("<｜User｜>", ""),
            ("<｜Assistant｜>", "<｜end▁of▁sentence｜>"),
            "<｜Assistant｜>",
        ),
    ),
    (
        _COHERE,
        ChatFormat(
            "cohere",
            (f"{_COHERE}<|SYSTEM_TOKEN|>", _COHERE_END),
            (f"{_COHERE}<|USER_TOKEN|>", _COHERE_END),
            (f"{_COHERE}<|CHATBOT_TOKEN|>", _COHERE_END),
            f"{_COHERE}<|CHATBOT_TOKEN|>",
        ),
    ),
    (
        "[SYSTEM_PROMPT]",
        ChatFormat(
            "mistral-v7",
            ("[SYSTEM_PROMPT]", "[/SYSTEM_PROMPT]"),
            ("[INST]", "[/INST]"),
            ("", "</s>"),
            "",
        ),
    ),
    (
        "[INST]",
        ChatFormat("mistral", ("", ""), ("[INST] ", " [/INST]"), ("", "</s>"), "", system_joins_user=True),
    ),
    ("<|end|>", _same_for_all("phi3", "<|ROLE|>\n", "<|end|>\n")),
    ("<|assistant|>", _same_for_all("zephyr", "<|ROLE|>\n", "</s>\n")),
)
# Where the file has no template, by its architecture.
_BY_ARCHITECTURE = {
    "gemma": "gemma",
    "gemma2": "gemma",
    "gemma3": "gemma",
    "phi3": "phi3",
    "granite": "granite",
    "command-r": "cohere",
    "cohere2": "cohere",
    "gpt-oss": "harmony",
    "qwen2": "chatml",
    "qwen3": "chatml",
    "llama4": "llama4",
    "deepseek2": "deepseek",
}


def choose_format(template: str, architecture: str, control: Control) -> ChatFormat:
    """The format for a file: by its template, else its architecture, else its vocabulary, else plain words."""
    by_name = {family.name: family for _, family in _FAMILIES}
    wanted = [family for signature, family in _FAMILIES if signature in template]
    if not template and architecture in _BY_ARCHITECTURE:
        wanted.append(by_name[_BY_ARCHITECTURE[architecture]])
    for family in (*wanted, CHATML, by_name["llama3"]):
        # Llama-2 style files spell [INST] in plain words, so only <|...|> and the like must exist as tokens.
        needed = [marker for marker in family.markers() if not marker.startswith("[")]
        if all(control(marker) is not None for marker in needed):
            # Models that think unless told otherwise are told by an empty, closed section.
            silent = "<think>\n\n</think>\n\n" if "enable_thinking" in template else ""
            return replace(family, generation=family.generation + silent)
    return PLAIN


def write_prompt(
    messages: Sequence[Message], chat: ChatFormat, tokenise: Tokenise, control: Control
) -> list[int]:
    """The conversation as tokens, ending where the answer begins."""
    parts: list[tuple[str, bool]] = []  # text, and whether control tokens in it count
    for message in _fitted(messages, chat):
        before, after = chat.around(message.role)
        parts += [(before, True), (message.content, False), (after, True)]
    parts.append((chat.generation, True))

    tokens: list[int] = []
    plain = ""

    def flush() -> None:
        nonlocal plain
        if plain:
            tokens.extend(_without_control(plain, tokenise, guarded))
        plain = ""

    markers = chat.markers()
    guarded = {marker: number for marker in markers if (number := control(marker)) is not None}
    for text, trusted in parts:
        start = 0
        for found in _MARKER.finditer(text) if trusted else ():
            number = control(found.group())
            if number is None:
                continue
            plain += text[start : found.start()]
            flush()
            tokens.append(number)
            start = found.end()
        # Text up to the next control token is tokenised in one piece, as the model saw it in training.
        plain += text[start:]
    flush()
    return tokens


def _without_control(text: str, tokenise: Tokenise, guarded: dict[str, int]) -> list[int]:
    """Tokens of plain text, none of them a control token of the format.

    Some files declare their chat tokens as ordinary ones, which llama.cpp then finds in any text; cutting
    such a word in two keeps it a word.
    """
    tokens = tokenise(text)
    if not set(guarded.values()).intersection(tokens):
        return tokens
    pattern = "|".join(re.escape(marker) for marker in sorted(guarded, key=len, reverse=True))
    pieces: list[str] = [""]
    start = 0
    for found in re.finditer(pattern, text):
        cut = found.start() + 1
        pieces[-1] += text[start:cut]
        pieces.append("")
        start = cut
    pieces[-1] += text[start:]
    return [token for piece in pieces if piece for token in tokenise(piece)]


def _fitted(messages: Sequence[Message], chat: ChatFormat) -> list[Message]:
    """The messages, with system text moved into the first user message where the format knows no system."""
    if not chat.system_joins_user:
        return list(messages)
    system = "\n\n".join(message.content for message in messages if message.role == "system")
    rest = [message for message in messages if message.role != "system"]
    for at, message in enumerate(rest):
        if system and message.role == "user":
            rest[at] = Message("user", f"{system}\n\n{message.content}")
            return rest
    return [Message("user", system), *rest] if system else rest
