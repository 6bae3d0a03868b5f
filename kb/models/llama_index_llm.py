"""kb's language models for llama-index; import this module only where llama-index is wanted, it is slow to load.

llama-index's own `LlamaCPP` drops grammar, stop words and token limits given with a call, and the file's chat
format; this one passes everything on, or refuses.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Generator, Sequence
from dataclasses import fields, replace
from typing import Any, TypeVar

from llama_index.core.base.llms.types import (
    ChatMessage,
    ChatResponse,
    ChatResponseAsyncGen,
    ChatResponseGen,
    CompletionResponse,
    CompletionResponseAsyncGen,
    CompletionResponseGen,
    LLMMetadata,
    MessageRole,
)
from llama_index.core.llms.callbacks import llm_chat_callback, llm_completion_callback
from llama_index.core.llms.custom import CustomLLM
from pydantic import PrivateAttr

from kb.models.language_model import DEFAULT_OPTIONS, Cancellation, LanguageModel, Message, Options, Role

Item = TypeVar("Item")

_ROLES: dict[MessageRole, Role] = {
    MessageRole.SYSTEM: "system",
    MessageRole.DEVELOPER: "system",
    MessageRole.USER: "user",
    MessageRole.ASSISTANT: "assistant",
    MessageRole.CHATBOT: "assistant",
    MessageRole.MODEL: "assistant",
}
_OPTIONS = frozenset(option.name for option in fields(Options))


class KnowledgeBaseLLM(CustomLLM):
    """Any LanguageModel as a llama-index LLM. Options given with a call override those given at the start."""

    _model: LanguageModel = PrivateAttr()
    _options: Options = PrivateAttr()

    def __init__(self, model: LanguageModel, options: Options = DEFAULT_OPTIONS, **rest: Any) -> None:
        super().__init__(**rest)
        self._model = model
        self._options = options

    @classmethod
    def class_name(cls) -> str:
        return "KnowledgeBaseLLM"

    @property
    def metadata(self) -> LLMMetadata:
        return LLMMetadata(
            context_window=self._model.context,
            num_output=self._options.max_tokens,
            is_chat_model=True,
            model_name=self._model.name,
        )

    @llm_chat_callback()
    def chat(self, messages: Sequence[ChatMessage], **options: Any) -> ChatResponse:
        text = self._model.complete(_messages(messages), self._with(options))
        return ChatResponse(message=ChatMessage(role=MessageRole.ASSISTANT, content=text))

    @llm_chat_callback()
    def stream_chat(self, messages: Sequence[ChatMessage], **options: Any) -> ChatResponseGen:
        return self._chat_pieces(_messages(messages), self._with(options))

    # `formatted` says that llama-index wrote a chat format into the prompt, which it does not for a chat model.

    @llm_completion_callback()
    def complete(
        self,
        prompt: str,
        formatted: bool = False,  # noqa: ARG002
        **options: Any,
    ) -> CompletionResponse:
        return CompletionResponse(text=self._model.complete([Message("user", prompt)], self._with(options)))

    @llm_completion_callback()
    def stream_complete(
        self,
        prompt: str,
        formatted: bool = False,  # noqa: ARG002
        **options: Any,
    ) -> CompletionResponseGen:
        return self._completion_pieces([Message("user", prompt)], self._with(options))

    # The ready-made asynchronous methods would hold up the event loop for the length of an answer.

    @llm_chat_callback()
    async def achat(self, messages: Sequence[ChatMessage], **options: Any) -> ChatResponse:
        wanted, chosen = _messages(messages), self._with(options)
        text = await _on_thread(lambda cancellation: self._model.complete(wanted, chosen, cancellation))
        return ChatResponse(message=ChatMessage(role=MessageRole.ASSISTANT, content=text))

    @llm_chat_callback()
    async def astream_chat(self, messages: Sequence[ChatMessage], **options: Any) -> ChatResponseAsyncGen:
        wanted, chosen = _messages(messages), self._with(options)
        return _pieces_on_thread(lambda cancellation: self._chat_pieces(wanted, chosen, cancellation))

    @llm_completion_callback()
    async def acomplete(
        self,
        prompt: str,
        formatted: bool = False,  # noqa: ARG002
        **options: Any,
    ) -> CompletionResponse:
        wanted, chosen = [Message("user", prompt)], self._with(options)
        text = await _on_thread(lambda cancellation: self._model.complete(wanted, chosen, cancellation))
        return CompletionResponse(text=text)

    @llm_completion_callback()
    async def astream_complete(
        self,
        prompt: str,
        formatted: bool = False,  # noqa: ARG002
        **options: Any,
    ) -> CompletionResponseAsyncGen:
        wanted, chosen = [Message("user", prompt)], self._with(options)
        return _pieces_on_thread(lambda cancellation: self._completion_pieces(wanted, chosen, cancellation))

    def _with(self, options: dict[str, Any]) -> Options:
        unknown = sorted(set(options) - _OPTIONS)
        if unknown:
            raise TypeError(
                f"{unknown[0]!r} is not an option of kb's models. Options: {', '.join(sorted(_OPTIONS))}."
            )
        stop = options.get("stop", self._options.stop)
        stop = (stop,) if isinstance(stop, str) else tuple(stop or ())
        return replace(self._options, **{**options, "stop": stop})

    def _chat_pieces(
        self, messages: Sequence[Message], options: Options, cancellation: Cancellation | None = None
    ) -> Generator[ChatResponse]:
        text = ""
        for piece in self._model.stream(messages, options, cancellation):
            text += piece
            message = ChatMessage(role=MessageRole.ASSISTANT, content=text)
            yield ChatResponse(message=message, delta=piece)

    def _completion_pieces(
        self, messages: Sequence[Message], options: Options, cancellation: Cancellation | None = None
    ) -> Generator[CompletionResponse]:
        text = ""
        for piece in self._model.stream(messages, options, cancellation):
            text += piece
            yield CompletionResponse(text=text, delta=piece)


def _messages(messages: Sequence[ChatMessage]) -> list[Message]:
    found = []
    for message in messages:
        role = _ROLES.get(message.role)
        if role is None:
            raise TypeError(f"kb's models know no messages of role {message.role.value!r}.")
        found.append(Message(role, message.content or ""))
    return found


async def _on_thread(work: Callable[[Cancellation], Item]) -> Item:
    """The result of `work`, done on a thread; it is cancelled if whoever awaits it is."""
    cancellation = Cancellation()
    try:
        return await asyncio.to_thread(work, cancellation)
    finally:
        cancellation.cancel()


async def _pieces_on_thread(start: Callable[[Cancellation], Generator[Item]]) -> AsyncGenerator[Item]:
    """The generator's items, each awaited on a thread; cancelled when no more are wanted."""
    cancellation = Cancellation()
    items = start(cancellation)
    try:
        while (item := await asyncio.to_thread(next, items, None)) is not None:
            yield item
    finally:
        cancellation.cancel()
