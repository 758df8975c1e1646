"""What a KPI is and what may be asked of it: pure, no table and no clock."""
