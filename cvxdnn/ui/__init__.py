"""The only package that imports streamlit: state, controls, job views, and the point editor."""
