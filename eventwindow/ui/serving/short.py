"""Whether this server has short links: a server of `asgi.py` has, one of `app.py` alone has not."""

from threading import Event

SERVED = Event()
