"""The pages by group, a router each: what they show, and which function of casework a form calls."""
