"""The least a chart on a Streamlit page can be: one Plotly line of eleven points, without settings."""

import plotly.graph_objects as go
import streamlit as st

st.plotly_chart(go.Figure(go.Scatter(x=list(range(-5, 6)), y=[0, 1, 1, 2, 1, 0, 4, 5, 5, 4, 5])))
