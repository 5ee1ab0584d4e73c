"""The screens' frame and parts: the only folder, besides the pages, that knows Streamlit."""
