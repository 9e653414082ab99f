2-.2	x1-abc  -2ab  a;b
foo-abx1_	straße