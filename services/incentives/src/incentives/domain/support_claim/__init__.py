"""Claims for the support of prices: for what was sold at a special one, for stock when one fell, for stock that is given back."""
