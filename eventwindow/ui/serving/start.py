"""What a server does before its first visitor: load, import and draw once, so that nobody waits for it."""

import logging
import pkgutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module

import streamlit as st
from anyio import to_thread

from eventwindow import ui
from eventwindow.facts.errors import EventWindowError
from eventwindow.ui.data import event_screen, shelf
from eventwindow.ui.memory import keep_collections_short
from eventwindow.ui.serving.short import SERVED
from eventwindow.view import View

SHADES = ("light", "dark")


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[None]:
    """Warm up, then serve. Data that cannot be read stop nothing: `/api/ready` and the pages say what is wrong."""
    SERVED.set()
    await to_thread.run_sync(warm_up)
    yield


def warm_up() -> None:
    """Load the data into the cache that sessions use, draw the first screen, and set aside what lives long."""
    for module in pkgutil.iter_modules(ui.__path__, f"{ui.__name__}."):
        import_module(module.name)
    try:
        snapshot = shelf().snapshot
        for shade in SHADES:
            event_screen(snapshot, View(), shade)
    except EventWindowError as problem:
        logging.getLogger(__name__).error("The data cannot be read: %s", problem)  # noqa: TRY400
    keep_collections_short()
