"""Which rule wins, who gets it, who must approve."""
