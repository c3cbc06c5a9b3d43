"""What to do with a budget: programmes (what can be bought), judge, optimise, rivals, switching; find is all of it."""
