"""The dashboard as a web service: `streamlit run asgi.py`.

The same pages as `app.py`, and around them what a public server needs.
"""

from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware

from eventwindow.ui.serving.assets import CompressedAssets
from eventwindow.ui.serving.logs import without_queries
from eventwindow.ui.serving.policy import SecurityHeaders
from eventwindow.ui.serving.routes import routes
from eventwindow.ui.serving.socket import GuardedSocket
from eventwindow.ui.serving.start import lifespan

FRONT_END = Path(st.__file__).with_name("static")

without_queries()
app = st.App(
    "app.py",
    lifespan=lifespan,
    routes=routes(),
    middleware=[
        Middleware(SecurityHeaders, front_end=FRONT_END),
        Middleware(CompressedAssets, front_end=FRONT_END),
        Middleware(GuardedSocket),
    ],
)
