"""What addressees send back: answers, and whom they nominate."""
