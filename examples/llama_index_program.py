"""kb inside a stock llama-index program: kb finds the passages and runs the model, llama-index puts the answer together.

python examples/llama_index_program.py ~/notes "How long is oolong steeped?"
"""

import sys

from llama_index.core.query_engine import RetrieverQueryEngine

from kb import KnowledgeBase


def main(vault: str, question: str) -> None:
    """Answer `question` from the notes in `vault`: once as llama-index does, once as kb does."""
    with KnowledgeBase.open(vault) as base:
        base.index()
        stock = RetrieverQueryEngine.from_args(base.as_retriever(limit=3), llm=base.as_llm())
        drafted = stock.query(question)
        print("llama-index:", drafted)
        for node in drafted.source_nodes:
            print(f"  {node.metadata['path']}:{node.metadata['line']} {node.score:.2f}")

        checked = base.as_query_engine().query(question)
        print("kb:", checked)
        for node in checked.source_nodes:
            print(f"  [{node.metadata['number']}] {node.metadata['path']}:{node.metadata['line']}")


if __name__ == "__main__":
    main(*sys.argv[1:3])
