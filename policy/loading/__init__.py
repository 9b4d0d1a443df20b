"""From the text of ``policy.yaml`` to something that decides, with every mistake named on the way."""
