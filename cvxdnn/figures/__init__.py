"""One builder per figure; each returns a Plotly figure and knows nothing of the page it is shown on."""
