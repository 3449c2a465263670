"""The demo district: real places, invented people, two years of work ending now."""
