"""Built-in actions: the tasks that need no function of the user's own. `registry` finds, checks and runs them by name."""
