"""Containers from strangers: zip archives, their XML, and EPUB's package document, read under limits."""
