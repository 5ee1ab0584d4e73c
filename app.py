"""Entry point: `streamlit run app.py`."""

from eventwindow.ui import shell
from eventwindow.ui.serving.logs import without_queries

without_queries()
shell.run()
