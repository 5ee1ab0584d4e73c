"""What the screens share between readers: the loaded snapshot, under a short key."""

import gc
from dataclasses import dataclass

import streamlit as st

from eventwindow.sources.snapshot import Snapshot, load_snapshot
from eventwindow.view import Catalogue


@dataclass(frozen=True)
class Shelf:
    """The snapshot being served and what links may name in it."""

    snapshot: Snapshot
    catalogue: Catalogue


@st.cache_resource(show_spinner="Loading prices")
def shelf() -> Shelf:
    """The committed data, loaded once per process."""
    snapshot = load_snapshot()
    catalogue = Catalogue(snapshot.announcement_of, [issuer.slug for issuer in snapshot.companies])
    # Streamlit collects garbage after every run; what is loaded by now lives as long as the process, and
    # looking through it again each time would be most of the server's work.
    gc.collect()
    gc.freeze()
    return Shelf(snapshot, catalogue)
