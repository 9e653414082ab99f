2a
abc
abc_-a 