2$bar,x1;abc
42, 日本-foo bar  abc, 