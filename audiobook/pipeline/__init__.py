"""The stages in order: a source goes in, finished packages come out."""

from audiobook.pipeline.draft import Draft, Request, draft, write_draft
from audiobook.pipeline.estimate import Estimate, estimate
from audiobook.pipeline.explanation import Explanation, explain
from audiobook.pipeline.inspection import inspect
from audiobook.pipeline.production import Built, build

__all__ = [
    "Built",
    "Draft",
    "Estimate",
    "Explanation",
    "Request",
    "build",
    "draft",
    "estimate",
    "explain",
    "inspect",
    "write_draft",
]
