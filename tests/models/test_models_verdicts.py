"""What is remembered of a model file: only what the file itself is at fault for, and never for good."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

import pytest

from kb.errors import ModelError, ModelUnusable
from kb.models import self_test
from kb.models.bundled import bundled_model
from kb.models.self_test import forget_verdict, require_usable
from tests.models.scripted_gguf import write_scripted_model
from tests.support import run_kb

# In the place of llama.cpp's library: what goes wrong before the model file is looked at.
BROKEN = {
    "it cannot be imported": "raise ImportError('libcudart.so.12: cannot open shared object file')",
    "it asks for something that is not there": "import no_such_module_at_all",
    "the processor lacks an instruction": "import os, signal; os.kill(os.getpid(), signal.SIGILL)",
    "it crashes while it is loaded": "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)",
    "somebody ends the test": "import os, signal; os.kill(os.getpid(), signal.SIGTERM)",
    "somebody kills the test": "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
    "it ends the process": "import os; os._exit(3)",
    "it hangs": "import time; time.sleep(60)",
}


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return write_scripted_model(tmp_path / "model.gguf", "It is rock.")


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.mark.parametrize("fault", BROKEN.values(), ids=BROKEN.keys())
def test_a_test_run_that_failed_for_another_reason_is_not_remembered(
    model: Path, state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    with monkeypatch.context() as broken:
        write(tmp_path / "front" / "llama_cpp" / "__init__.py", fault)
        broken.syspath_prepend(tmp_path / "front")
        broken.setattr(self_test, "_GRACE", 2.0 if "sleep" in fault else 60.0)
        with pytest.raises(ModelUnusable) as caught:
            require_usable(model, state)
    assert "crash" not in str(caught.value)
    assert not list(state.rglob("*.json"))
    require_usable(model, state)


def test_a_crash_for_lack_of_memory_is_not_remembered(tmp_path: Path) -> None:
    program = (
        "import resource, sys\nfrom pathlib import Path\nfrom kb.errors import ModelUnusable\n"
        "from kb.models.bundled import bundled_model\nfrom kb.models.self_test import require_usable\n"
        "resource.setrlimit(resource.RLIMIT_AS, (300 << 20, 300 << 20))\n"
        "try:\n    require_usable(bundled_model(), Path(sys.argv[1]))\n"
        "except ModelUnusable as error:\n    print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "state")],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "crash" not in done.stdout
    assert done.stdout.strip()
    assert not list((tmp_path / "state").rglob("*.json"))
    require_usable(bundled_model(), tmp_path / "state")


# The real library, but with a function that goes wrong when the model file is loaded.
GOES_WRONG = """
import os, pathlib, sys
sys.path.remove(str(pathlib.Path(__file__).parent.parent))
del sys.modules["llama_cpp"]
import llama_cpp.llama_cpp as llama
def load(*_):
    with open({count!r}, "a") as file:
        file.write("x")
        times = file.tell()
    {fault}
llama.llama_model_load_from_file = load
"""


def write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def fail_at_loading(monkeypatch: pytest.MonkeyPatch, folder: Path, fault: str) -> Path:
    count = folder / "count"
    write(folder / "front" / "llama_cpp" / "__init__.py", GOES_WRONG.format(count=str(count), fault=fault))
    monkeypatch.syspath_prepend(folder / "front")
    monkeypatch.setattr(self_test.machine, "free_memory", lambda: None)
    return count


def test_a_crash_counts_when_it_comes_twice_and_names_engine_and_file(
    model: Path, state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        count = fail_at_loading(broken, tmp_path, "os.abort()")
        for _ in range(2):
            with pytest.raises(ModelUnusable, match=r"crash.*kb models test"):
                require_usable(model, state)
    assert count.read_text() == "xx"  # the second use remembered
    [kept] = state.rglob("*.json")
    told = json.loads(kept.read_text(encoding="utf-8"))
    assert told["engine"] == f"llama-cpp-python {version('llama-cpp-python')}"
    assert told["sha256"] == sha256(model.read_bytes()).hexdigest()
    assert told["file"] == model.name
    with pytest.raises(ModelUnusable):  # still remembered
        require_usable(model, state)
    forget_verdict(model, state)
    require_usable(model, state)


def test_a_crash_that_does_not_come_again_is_forgotten(
    model: Path, state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fault = "os.abort() if times == 1 else None; return real(*_)"
    with monkeypatch.context() as broken:
        fail_at_loading(broken, tmp_path, f"{fault}\nreal = llama.llama_model_load_from_file")
        require_usable(model, state)


def test_a_refusal_is_not_believed_of_another_file_or_engine(model: Path, state: Path) -> None:
    require_usable(model, state)
    [kept] = state.rglob("*.json")
    told = json.loads(kept.read_text(encoding="utf-8"))
    for change in (
        {"sha256": "0" * 64},  # the same size, date and edges, but another file
        {"engine": "llama-cpp-python 0.0.1", "sha256": sha256(model.read_bytes()).hexdigest()},
    ):
        refused = {**told, "verdicts": {"-1": "It makes llama.cpp crash."}, **change}
        kept.write_text(json.dumps(refused), encoding="utf-8")
        require_usable(model, state)


@pytest.mark.slow
def test_kb_models_test_clears_what_was_remembered(tmp_path: Path, small_base: Path) -> None:
    model, state = tmp_path / "bundled.gguf", tmp_path / "state"
    shutil.copy(bundled_model(), model)
    variables = {"XDG_STATE_HOME": str(state)}
    require_usable(model, state / "kb")
    [kept] = (state / "kb" / "models").glob("*.json")
    told = json.loads(kept.read_text(encoding="utf-8"))
    told |= {
        "verdicts": {"-1": "It makes llama.cpp crash."},
        "sha256": sha256(model.read_bytes()).hexdigest(),
    }
    kept.write_text(json.dumps(told), encoding="utf-8")
    with pytest.raises(ModelError, match="crash"):
        require_usable(model, state / "kb")
    done = run_kb("models", "test", os.fspath(model), "--json", cwd=small_base, **variables)
    assert done.returncode == 0, done.stderr
    require_usable(model, state / "kb")
