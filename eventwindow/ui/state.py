"""The view in the address bar: hidden bound inputs hold it, visible controls are only faces of it.

Streamlit writes the displayed label of a control into the address, so a reworded label would break
every shared link. Each parameter therefore has a hidden text input that holds its stable value; a
visible control is seeded from the view and writes back through `choose`.
"""

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from eventwindow.view import DEFAULT, PARAMETERS, Page

HIDDEN = "view-state"
DEFAULTS = DEFAULT.parameters()


def read_query(page: Page) -> dict[str, Sequence[str]]:
    """What this run asks for, name -> values. Call once per run, before any control is drawn.

    The parameters that change the page have their inputs, for each of them takes its time at every rerun; of the others
    the session remembers what was chosen on other pages.
    """
    asked = {name: st.query_params.get_all(name) for name in st.query_params}
    held: dict[str, Sequence[str]] = {}
    with st.container(key=HIDDEN):
        for item in PARAMETERS:
            name = item.name
            if page in item.pages or not item.pages:
                text = st.text_input(name, DEFAULTS[name], key=name, bind="query-params", label_visibility="collapsed")
                held[name] = [text or ""]
            elif name in st.session_state:
                held[name] = [st.session_state[name]]
    # Repeated and unknown names come as they were written.
    return held | {name: values for name, values in asked.items() if name not in held or len(values) > 1}


def loosened() -> dict[str, str]:
    """What the address shall say after a change of page, its parameters no longer tied to this page's inputs.

    Streamlit refuses to name bound parameters in such a change, and left out the inputs would add them one by
    one, each as a step of the browser's history that may fall to the old page or the new one.
    """
    context = get_script_run_ctx()
    if context is None:
        return {}
    with context.session_state.query_params() as address:
        for name in DEFAULTS:
            tie = address.get_binding_for_param(name)
            if tie:
                address.unbind_widget(tie.widget_id)
    return {name: value for name, value in _held().items() if value != DEFAULTS[name]}


def choose(name: str, value: object) -> None:
    """Put a value of one parameter into the address; for callbacks of controls only."""
    parameter = next(item for item in PARAMETERS if item.name == name)
    # A client that keeps to no rules can send a text that is no option; it is read like any text in a link.
    st.session_state[name] = value if type(value) is str else parameter.write(value)


def by_touch() -> bool:
    """Whether the browser says it is a phone's.

    There a chart with points to click would swallow the swipe that scrolls the page: for selections Streamlit
    makes plotly pan whatever the figure says. What a click would open is then opened from a list or table.
    """
    return "Mobi" in st.context.headers.get("User-Agent", "")


def seed(control: str, value: Any) -> None:
    """Make a control show the view before it is drawn."""
    st.session_state[f"pick_{control}"] = value


def write(name: str, control: str, order: Sequence[Any] | None = None) -> Callable[[], None]:
    """Callback that puts a control's value into the address; several values in a fixed order."""

    def put() -> None:
        value = st.session_state[f"pick_{control}"]
        choose(name, [item for item in order if item in value] if order is not None else value)

    return put


def reset() -> None:
    """Everything but the announcement back to its default; for callbacks only."""
    for name in _held():
        if name != "event":
            st.session_state[name] = DEFAULTS[name]


def _held() -> dict[str, str]:
    """What the session knows of the parameters: of those with an input, and of those chosen on other pages."""
    return {name: st.session_state[name] for name in DEFAULTS if name in st.session_state}
