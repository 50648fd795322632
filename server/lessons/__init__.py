"""Lessons: Markdown files that a person reads beside the page, and whose blocks say what the page shows."""
