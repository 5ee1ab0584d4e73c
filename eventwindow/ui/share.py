"""The Share box: a link to exactly this view, an embed, a citation."""

from datetime import UTC, datetime

import streamlit as st

from eventwindow.case import Case
from eventwindow.export.links import canonical_link, citation, embed_code


def share(case: Case, snapshot_id: str) -> None:
    """A button that opens the box; every text in it has a copy button of its own."""
    base = st.context.url
    with st.popover("Share", icon=":material/share:", width="content"):
        st.markdown("**Link to exactly this view**, every setting written out")
        st.code(canonical_link(case.view, base), language=None, wrap_lines=True)
        st.markdown("**Embed** in another page")
        st.code(embed_code(case, base), language=None, wrap_lines=True)
        st.markdown("**Cite**")
        st.code(citation(case, base, snapshot_id, datetime.now(UTC).date()), language=None, wrap_lines=True)
