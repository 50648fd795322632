"""A character MLP whose forward and backward passes are written out by hand, op by op."""
