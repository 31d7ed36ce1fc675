"""Parts of measure.py."""
