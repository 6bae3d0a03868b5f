"""Grammars are judged as llama.cpp judges them, but without a crash and without a word on stderr."""

from __future__ import annotations

import json
import random
import subprocess
import sys

import pytest

from kb.errors import GrammarInvalid
from kb.models.grammar import check, checked_grammar
from kb.models.language_model import Options

GOOD = {
    "one word": 'root ::= "yes"',
    "choices": 'root ::= "yes" | "no" |',
    "rules, sets, repetitions": 'root ::= (word " "?)+ [.!?]\nword ::= [a-zäöü] [^ \\n"]{0,20} | num{2}\nnum ::= [0-9]*',
    "brackets over lines": 'root ::= (\n "a" # first\n | "b"\n)\n',
    "escapes": r'root ::= "\"\\\n\x41\u00e4\U0001F600" [\]\[\\] .',
    "comments and blank lines": '# what follows\n\nroot ::= "a" # done\n',
    "a rule on the next line": 'root ::=\n  "a"',
}
BAD = {
    "no root": 'start ::= "a"',
    "a rule that is not there": 'root ::= "a" b',
    "an open quote": 'root ::= "a',
    "an open set": "root ::= [a-z",
    "an open bracket": 'root ::= ("a"',
    "a bracket too many": 'root ::= "a")',
    "a repetition of nothing": "root ::= *",
    "a repetition of a repetition": 'root ::= "a"+*',
    "a backward repetition": 'root ::= "a"{3,1}',
    "an absurd repetition": 'root ::= "a"{1,999999}',
    "repetitions that multiply": 'root ::= ((("a"{1000}){1000}){1000}){1000}',
    "brackets without end": "root ::= " + "(" * 100_000,
    "a zero character": 'root ::= "a\0"',
    "no name": '::= "a"',
    "no meaning": "{%",
    "too long": 'root ::= "' + "a" * 100_000 + '"',
    "an unknown escape": r'root ::= "\q"',
}


@pytest.mark.parametrize("grammar", GOOD.values(), ids=GOOD.keys())
def test_a_good_grammar_passes(grammar: str) -> None:
    assert checked_grammar(Options(grammar=grammar)) == grammar


@pytest.mark.parametrize("grammar", BAD.values(), ids=BAD.keys())
def test_a_bad_grammar_is_refused_with_a_reason(grammar: str) -> None:
    with pytest.raises(GrammarInvalid) as caught:
        check(grammar)
    assert str(caught.value).startswith("The grammar")
    assert len(str(caught.value)) < 200


@pytest.mark.slow
def test_what_passes_here_never_crashes_llama_cpp_nor_makes_it_talk() -> None:
    """Thousands of damaged grammars; those that pass are compiled in a child process."""
    chance = random.Random(5)
    passed = []
    for _ in range(6000):
        text = chance.choice([*GOOD.values(), *list(BAD.values())[:9]])
        for _ in range(chance.randint(1, 2)):
            at = chance.randrange(len(text) + 1)
            text = (
                text[:at]
                + chance.choice(
                    ['"', "[", "]", "(", ")", "|", "*", "{2}", "\\", "\n", "::=", "a", " ", ".", ""]
                )
                + text[at + chance.randint(0, 2) :]
            )
        try:
            check(text)
        except GrammarInvalid:
            continue
        passed.append(text)
    assert len(passed) > 400
    program = (
        "import sys, json\n"
        "from kb.models.bundled import bundled_model\n"
        "from kb.models.engine import Engine\n"
        "from kb.models.sampler import Sampler\n"
        "from kb.models.language_model import Options\n"
        "from kb.errors import GrammarInvalid\n"
        "engine = Engine(bundled_model(), context=512)\n"
        "for grammar in json.load(sys.stdin):\n"
        "    try:\n"
        "        Sampler(engine.model.vocab, Options(), grammar).close()\n"
        "    except GrammarInvalid:\n"
        "        pass\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], input=json.dumps(passed), capture_output=True, text=True, timeout=120
    )
    assert (done.returncode, done.stderr) == (0, "")
