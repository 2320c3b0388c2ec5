"""Running web, worker and beat as one: started together, restarted when one dies, stopped without a trace."""
