"""The charts of one record, each a function of the log and the record alone, so that it can be kept."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from pages.ui.accounts_charts import month_heatmap, record_panels, rolling_line
from pages.ui.accounts_data import RecordView, record_view
from pages.ui.charts import Drawing
from pages.ui.data import KEPT, KEYS, StoreState
from pages.ui.record_frames import month_frame, own_frame, rival_frame, rolling_frame
from storage.queries.tenures import Tenure


def panels(state: StoreState, tenure: Tenure) -> Drawing:
    view = _marked(state, tenure)
    return record_panels(own_frame(view), rival_frame(view))


def months(state: StoreState, tenure: Tenure) -> Drawing:
    return month_heatmap(month_frame(_marked(state, tenure)))


def rolling(state: StoreState, tenure: Tenure, window: int) -> Drawing:
    return rolling_line(rolling_points(state, tenure, window))


@st.cache_resource(max_entries=KEPT, show_spinner=False, hash_funcs=KEYS)
def rolling_points(state: StoreState, tenure: Tenure, window: int) -> pd.DataFrame:
    """As of ``rolling_frame``; nobody changes it."""
    return rolling_frame(_marked(state, tenure), window)


def _marked(state: StoreState, tenure: Tenure) -> RecordView:
    view = record_view(state, tenure)
    assert view is not None  # its card is shown for a marked record alone
    return view
