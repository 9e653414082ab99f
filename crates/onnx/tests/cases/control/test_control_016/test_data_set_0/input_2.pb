BwJd
¿