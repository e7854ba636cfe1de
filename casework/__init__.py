"""What happens: one function for each thing that can happen, one transaction each."""
