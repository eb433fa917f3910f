"""Glossary: every word of the pages in one sentence."""
