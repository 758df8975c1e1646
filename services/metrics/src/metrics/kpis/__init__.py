"""The KPIs, a file each, found by being here: each module's ``KPI`` is its definition."""
