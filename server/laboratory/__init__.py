"""The laboratory: planted bugs, as REST tells of them."""
