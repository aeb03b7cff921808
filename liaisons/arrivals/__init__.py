"""Mail that comes in: taken apart, recognised, matched with what it answers, and kept for a person to decide about."""
