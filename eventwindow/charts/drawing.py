"""A finished figure, made once and shared between all readers."""

from typing import Any

import plotly.graph_objects as go


class Drawing(go.Figure):  # type: ignore[misc]  # plotly ships no types
    """A figure that nobody changes once it is drawn, so that the dictionary sent to browsers is made once."""

    def to_dict(self) -> dict[str, Any]:
        """Data and layout as plotly sends them; the same object at every call, never to be changed."""
        if "_sent" not in self.__dict__:
            self._sent: dict[str, Any] = super().to_dict()
        return self._sent
