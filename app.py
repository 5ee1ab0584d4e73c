"""Entry point: `streamlit run app.py`."""

from eventwindow.ui import shell

shell.run()
