"""What is wrong with the texts of the pairs themselves, found before money is spent on them."""
