"""``channel-operate``: what an operator does with a service's log, topic, views and reactions by hand."""
