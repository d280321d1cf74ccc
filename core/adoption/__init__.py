"""What an older process left behind, as claims: tracking files, batch files, job lists, refined pairs."""
