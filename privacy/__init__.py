"""What is true: the values and the decisions of the privacy desk, without any input or output."""
