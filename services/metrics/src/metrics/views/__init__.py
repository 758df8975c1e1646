"""Read models: tables, a pure fold from events to their changes, and the queries over them."""
