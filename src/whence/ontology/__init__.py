"""What the words mean: vocabularies and their IRIs."""
