"""The only package that imports streamlit: session, controls, chart, readout and the point editor."""
