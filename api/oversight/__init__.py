"""What an outsider may ask of the system itself: is it well, what does it offer, what does a refusal mean."""
