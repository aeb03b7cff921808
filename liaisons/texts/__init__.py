"""What is written: drafts become revisions, and what differs between two of them."""
