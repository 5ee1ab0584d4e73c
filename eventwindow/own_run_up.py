"""Did prices move before a reader's events? The sessions before day 0, tested like the window summed up."""

from dataclasses import replace

import numpy as np

from eventwindow.groups import Group, group_of, groups_by
from eventwindow.run_up import NO_PATH
from eventwindow.study.engine import run_study
from eventwindow.study.windows import Window
from eventwindow.workbench import ALL_EVENTS, NO_GROUP, OwnStudy, some_events


def own_run_ups(own: OwnStudy) -> tuple[Group, ...]:
    """The events shown over the sessions of `view.window` before day 0: all as one group, then the groups shown.

    None where the window starts with day 0, or where fewer than two events have a figure.
    """
    start = own.view.window.start
    if start >= 0:
        return ()
    window = Window(start, -1)
    spec = replace(own.spec, event_window=window, windows=(window,))
    study = run_study(events=some_events(own.occasions, own.rows), prices=own.tables, spec=spec)
    view = replace(own.view, span=window, window=NO_PATH)
    everything = replace(group_of("", study, view), label=ALL_EVENTS)
    if everything.events < 2:
        return ()
    if len(own.groups) < 2:
        return (everything,)
    names = [own.events[row].group for row in own.rows.tolist()]
    shown = [group.name for group in own.groups]
    rows = np.array([place for place, name in enumerate(names) if name in shown], dtype=np.intp)
    groups = {group.name: group for group in groups_by([names[place] for place in rows.tolist()], study, rows, view)}
    return (everything, *(replace(groups[name], label=name or NO_GROUP) for name in shown if name in groups))
