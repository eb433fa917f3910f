"""Glossary: every word of the pages in one sentence."""

from cvxdnn.exhibits.glossary.page import page

page()
