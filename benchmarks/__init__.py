"""Timings of the dashboard beside the least a Streamlit page can do."""
