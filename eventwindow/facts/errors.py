"""The project's own errors: one base, each message a sentence that says what to do."""


class EventWindowError(Exception):
    """Base of every error this project raises on purpose; its text may be shown to a reader."""


class DataError(EventWindowError):
    """A table, or a cell of one, cannot be used; the text names file, row and column."""


class OptionError(EventWindowError):
    """A setting is outside what the study accepts; the text names the setting and its limits."""


class StoreError(EventWindowError):
    """The store of snapshots, or one snapshot, cannot be used; the text names it and what to do."""


class BulkError(EventWindowError):
    """A bulk study could not be finished; the text says how much of it is done and how to go on."""
