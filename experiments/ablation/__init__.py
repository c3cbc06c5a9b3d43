"""What a difference is made of: levers, mechanisms or rules taken out, alone and together."""
