"""What a sweep says: which factors move a measure, and where in their space something happens."""
