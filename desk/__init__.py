"""The review desk: web pages on which staff read cases and decide through casework."""
