"""The dashboard under Streamlit's defaults: after every run all that lives is looked through for garbage."""

from eventwindow.ui import shell, shelves

shelves.keep_collections_short = lambda: None
shell.run()
