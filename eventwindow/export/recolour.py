"""The same figure in the colours of the other appearance: every colour of a palette for its counterpart."""

import re
from collections.abc import Iterator, Mapping

_HEX = re.compile("#[0-9a-f]{6}")


def counterparts(source: Mapping[str, object], target: Mapping[str, object]) -> dict[str, str]:
    """What to replace in a figure's JSON, from the fields of two palettes; the first of two equal colours counts."""
    pairs: dict[str, str] = {}
    for name, value in source.items():
        for old, new in zip(_colours(value), _colours(target[name]), strict=True):
            pairs.setdefault(old, new)
            pairs.setdefault(_rgba(old), _rgba(new))
    return pairs


def recoloured(text: str, pairs: Mapping[str, str]) -> str:
    """A figure's JSON with every colour replaced, all at once."""
    if not pairs:
        return text
    # What cannot be seen has no colour: backgrounds stay transparent as they are.
    return re.sub(f"(?:{'|'.join(map(re.escape, pairs))})(?!0\\))", lambda match: pairs[match[0]], text)


def _colours(value: object) -> Iterator[str]:
    if isinstance(value, str) and _HEX.fullmatch(value):
        yield value
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _colours(item)


def _rgba(colour: str) -> str:
    """The beginning of the same colour with an opacity."""
    return f"rgba({','.join(str(int(colour[start : start + 2], 16)) for start in (1, 3, 5))},"
