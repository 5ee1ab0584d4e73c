"""The Share box: a link to exactly this view, an embed, a citation."""

from dataclasses import replace
from datetime import UTC, datetime

import streamlit as st

from eventwindow.export.links import Link, supplied_by
from eventwindow.export.own_link import packed
from eventwindow.ui.box import box
from eventwindow.ui.serving.short import SERVED
from eventwindow.view import CURRENT, NONE, Page
from eventwindow.workbench import Draft

WIDTH = 640


@st.fragment
def share(link: Link, snapshot_id: str, draft: Draft | None = None) -> None:
    """A button that opens the box; every text in it has a copy button of its own.

    A fragment, so that opening it and its switches run nothing else. `draft` is what the reader brought, on the page
    that shows it.
    """
    box("Share", "share", lambda: _contents(link, snapshot_id, draft), width=WIDTH, icon=":material/share:")


def _contents(link: Link, snapshot_id: str, draft: Draft | None) -> None:
    if draft is not None:
        link = replace(link, view=replace(link.view, own=_own_events(draft, link.view.own)))
    pinned = st.toggle(
        "Keep today's data",
        value=link.view.data != CURRENT,
        key="share_pinned",
        help=f"The link then names the data version {snapshot_id} and shows the same numbers when newer prices have "
        "come. Without it, it shows the data of the day it is opened.",
    )
    link = replace(link, view=replace(link.view, data=snapshot_id if pinned else CURRENT))
    st.markdown("**Link to exactly this view**, every setting written out")
    st.code(link.address, language=None, wrap_lines=True)
    if link.base and link.page is Page.EVENT and SERVED.is_set():
        st.markdown("**Short link**, with a picture of the figures where it is posted")
        st.code(link.short_address, language=None, wrap_lines=True)
    st.markdown("**Embed** in another page")
    st.code(link.embed_code, language=None, wrap_lines=True)
    st.markdown("**Cite**")
    st.code(link.citation(snapshot_id, datetime.now(UTC).date(), supplied_by(draft)), language=None, wrap_lines=True)


def _own_events(draft: Draft, held: str) -> str:
    """A switch that puts the reader's events into the link; the token of those, or none. `held` is the link's now."""
    count = len(draft.events.rows)
    token = packed(draft.events) if count and draft.prices is None else None
    if token is None:
        what = (
            "Your own prices do" if draft.prices else f"These {count:,} events do" if count else "An empty table does"
        )
        st.caption(f"{what} not fit into a link: it holds the settings only. Send the study file instead.")
        return NONE
    wanted = st.toggle(
        f"Put these {count:,} events into the link",
        value=held != NONE,
        key="share_own",
        help="The link, and so whoever carries it, then holds every row of the table. Without it, it holds the "
        "settings only.",
    )
    return token if wanted else NONE
