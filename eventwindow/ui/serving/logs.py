"""What logs may hold of an address: its path alone. A reader's own events can stand behind the question mark."""

import logging

LOGGERS = ("uvicorn.access", "uvicorn.error")


class WithoutQueries(logging.Filter):
    """Cuts the query off every address that is logged."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Change the record; it is logged in any case."""
        if isinstance(record.args, tuple):
            record.args = tuple(_path(part) if isinstance(part, str) else part for part in record.args)
        return True


def without_queries() -> None:
    """Keep queries out of the server's logs from now on. Streamlit's own server logs no addresses; others do."""
    for name in LOGGERS:
        logger = logging.getLogger(name)
        if not any(isinstance(item, WithoutQueries) for item in logger.filters):
            logger.addFilter(WithoutQueries())


def _path(text: str) -> str:
    return text.partition("?")[0] if text.startswith("/") else text
