"""The main program of the process in which a contribution is tried against its contract."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import json
import os
import sys
import traceback
from pathlib import Path
from typing import Any, TextIO

from visionlens_jlab.core.system.confined_processes import Bound
from visionlens_jlab.plugins.confinement import confine
from visionlens_jlab.plugins.kit.kinds import CONTRACTS
from visionlens_jlab.plugins.kit.made import Made
from visionlens_jlab.plugins.served import Mending

LATER = {"added_later": "1.1"}
"""A keyword, and a member of contexts, as a later version of the API may give them."""
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_CHANGING = (
    "os.remove",
    "os.rename",
    "os.rmdir",
    "os.mkdir",
    "os.truncate",
    "os.link",
    "shutil.rmtree",
)


class FaultyError(BaseException):
    """The trial cannot go on; the fault is told."""


class Run:
    """A `Trial`."""

    def __init__(self, request: dict[str, Any], report: TextIO) -> None:
        self.asked: dict[str, Any] = request["asked"]
        self.arguments: dict[str, Any] = request["arguments"]
        self.made = Made(request["api"], Path(request["output"]), request["permissions"], self.tell)
        self._further = LATER if request["later"] else {}
        if request["later"]:
            vars(self.made).update(LATER)
        self.made.further = self._further  # type: ignore[attr-defined]
        self._request = request
        self._report = report
        self._told: set[str] = set()
        self._module: Any = None

    def tell(self, message: str, mend: str) -> None:
        """Note a fault, once."""
        if message not in self._told:
            self._told.add(message)
            self._report.write(json.dumps([message, mend]) + "\n")
            self._report.flush()

    def expect(self, holds: bool, message: str, mend: str) -> None:
        if not holds:
            self.tell(message, mend)

    def load(self) -> None:
        """Import the code."""
        try:
            if self._request["module"]:
                sys.path.insert(0, self._request["root"])
                self._module = importlib.import_module(self._request["module"])
                return
            spec = importlib.util.spec_from_file_location("tried", self._request["file"])
            assert spec is not None and spec.loader is not None
            self._module = importlib.util.module_from_spec(spec)
            sys.modules["tried"] = self._module
            spec.loader.exec_module(self._module)
        except ModuleNotFoundError as error:
            self._end(
                f"It needs {error.name or error}, which is not installed here.", "Install it."
            )
        except Exception as error:
            self._end(
                f"It cannot be imported: {type(error).__name__}: {error}", "Correct its code."
            )

    def call(self, name: str, of: Any = None, /, **given: Any) -> Any:
        try:
            return self._called(name, of, given)
        except FaultyError:
            raise
        except ModuleNotFoundError as error:
            self._end(
                f"It needs {error.name or error}, which is not installed here.", "Install it."
            )
        except Exception as error:
            traceback.print_exc()
            place = traceback.extract_tb(error.__traceback__)[-1]
            self._end(
                f"{name} raises {type(error).__name__}: {error} (line {place.lineno})",
                "Correct its code; --verbose shows the whole.",
            )

    def quietly(self, name: str, of: Any = None, /, **given: Any) -> Any:
        try:
            return self._called(name, of, given)
        except Exception:
            return None

    def _called(self, name: str, of: Any, given: dict[str, Any]) -> Any:
        if name == "_list":
            return [] if given["found"] is None else list(given["found"])
        function: Any = getattr(of, name, None) if of is not None else self._function(name)
        if function is None:
            self._end(f"It has no {name}.", f"Give it a method {name}.")
        further = {**given, **self._further}
        try:
            inspect.signature(function).bind(**further)
        except TypeError as error:
            self._end(
                f"{name} cannot be called with {', '.join(further)}: {error}.",
                f"Write: def {name}(*, {', '.join(given)}, **rest)",
            )
        except ValueError:
            pass  # one of C tells nothing of its arguments
        return function(**further)

    def _function(self, member: str) -> Any:
        function = getattr(self._module, str(self.asked.get(member)), None)
        if not callable(function):
            self._end(f"There is no function {self.asked.get(member)}.", "Define it.")
        return function

    def _end(self, message: str, mend: str) -> Any:
        self.tell(message, mend)
        raise FaultyError


def watch(run: Run, folders: list[str], *, network: bool) -> None:
    """Refuse and tell what Python code writes elsewhere, and connections without the permission."""

    def told(event: str, given: tuple[Any, ...]) -> None:
        if event == "socket.connect" and not network:
            sentence = "It uses the network without the permission network."
            run.tell(sentence, 'Add "network" to its permissions.')
            raise PermissionError(sentence)
        writes = event in _CHANGING or (event == "open" and bool((given[2] or 0) & _WRITING))
        if not writes or not isinstance(given[0], str | bytes | os.PathLike):
            return
        path = os.path.realpath(os.fsdecode(given[0]))
        if path != os.devnull and not any(path.startswith(one + os.sep) for one in folders):
            sentence = f"It writes to {path}, outside of context.folder."
            run.tell(sentence, "Write into context.folder alone.")
            raise PermissionError(sentence)

    sys.addaudithook(told)


def main(place: str) -> None:
    """Try what a request names; the report gets a line for each fault, and `end`."""
    request = json.loads(Path(place).read_bytes())
    folders = [os.path.realpath(request[name]) for name in ("output", "scratch")]
    network = "network" in request["permissions"]
    with Path(request["report"]).open("w") as report:
        run = Run(request, report)
        confine(folders, network=network)
        Bound(request["megabytes"])
        watch(run, folders, network=network)
        sys.meta_path.insert(0, Mending())
        try:
            run.load()
            CONTRACTS[run.asked["kind"]](run)
        except FaultyError:
            pass
        except Exception as error:
            traceback.print_exc()
            run.tell(f"It raises {type(error).__name__}: {error}", "Correct its code.")
        report.write('"end"\n')


if __name__ == "__main__":
    main(sys.argv[1])
