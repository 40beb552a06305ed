"""What a call is doing, as findings for a policy to weigh: evidence, no verdict."""
