2a-Éa 2é, 2日本,b	AbAb.42  bar
K _;2_ _	Ab.ß.bar 2abc;straßefoo,2Abb2a,é2a.b, -
ß, bar-a
éb  é, 242
straße;_  2日本2é.Ab.2Abfoo ß  é	#, x1x1
Éa	