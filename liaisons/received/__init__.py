"""What others send us: entered in the register, matched with what we asked, answered."""
