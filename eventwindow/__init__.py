"""Event Window: how markets react to regulators, measured and said honestly."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from eventwindow.study.engine import StudySpec, run_study
    from eventwindow.study.frames import returns_from_frame
    from eventwindow.study.models import Model
    from eventwindow.study.windows import Window

__version__ = "0.1.0"
__all__ = ["Model", "StudySpec", "Window", "returns_from_frame", "run_study"]

# Where the names of a notebook live; looked up when asked for, so that a single floor still loads alone.
_HOMES = {
    "Model": "eventwindow.study.models",
    "StudySpec": "eventwindow.study.engine",
    "Window": "eventwindow.study.windows",
    "returns_from_frame": "eventwindow.study.frames",
    "run_study": "eventwindow.study.engine",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found: object = getattr(import_module(_HOMES[name]), name)
    return found
