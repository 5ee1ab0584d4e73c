"""What a link says of an announcement where it is unfurled: plain text, the figures with their doubts."""

from collections.abc import Sequence

from eventwindow.case import Case
from eventwindow.chance import Judgement
from eventwindow.words import judgement_words, listing_name, verdict


def preview(case: Case, judgements: Sequence[Judgement]) -> str:
    """The verdict of the event page in one paragraph, with every listing on which its two tests disagree."""
    level = case.view.level
    doubtful = [
        f"{listing_name(item.item)} {judgement_words(item, level)}"
        for item in judgements
        if item.estimate.window == case.lead_window and len(set(item.beyond(level))) > 1 and item.chance.known
    ]
    doubts = f"The placebo test disagrees: {'; '.join(doubtful)}." if doubtful else ""
    return " ".join(part for part in (*verdict(case), doubts) if part)
