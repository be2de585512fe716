"""The teaching layer: lessons, their checks, and the pipeline to notebooks."""
