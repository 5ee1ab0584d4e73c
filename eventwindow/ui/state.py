"""The view in the address bar: hidden bound inputs hold it, visible controls are only faces of it.

Streamlit writes the displayed label of a control into the address, so a reworded label would break
every shared link. Each parameter therefore has a hidden text input that holds its stable value; a
visible control is seeded from the view and writes back through `choose`.
"""

from collections.abc import Mapping, Sequence

import streamlit as st

from eventwindow.view import DEFAULT, PARAMETERS, Catalogue, Parsed, parse

HIDDEN = "view-state"


def read_view(catalogue: Catalogue) -> Parsed:
    """The view of this run. Call once per run, before any control is drawn."""
    asked = {name: st.query_params.get_all(name) for name in st.query_params}
    defaults = DEFAULT.parameters()
    with st.container(key=HIDDEN):
        for name, value in defaults.items():
            st.text_input(name, value, key=name, bind="query-params", label_visibility="collapsed")
    return parse(_query(asked, defaults), catalogue)


def choose(name: str, value: object) -> None:
    """Put a value of one parameter into the address; for callbacks of controls only."""
    parameter = next(item for item in PARAMETERS if item.name == name)
    st.session_state[name] = parameter.write(value)


def reset() -> None:
    """Everything but the announcement back to its default; for callbacks only."""
    for name, value in DEFAULT.parameters().items():
        if name != "event":
            st.session_state[name] = value


def _query(asked: Mapping[str, Sequence[str]], defaults: Mapping[str, str]) -> dict[str, Sequence[str]]:
    """What the link asked for: the inputs' values, but repeated and unknown names as they came."""
    held = {name: [st.session_state[name] or ""] for name in defaults}
    return held | {name: values for name, values in asked.items() if name not in held or len(values) > 1}
