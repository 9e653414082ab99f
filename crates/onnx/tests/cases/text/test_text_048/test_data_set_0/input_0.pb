2	ab	K-ſ  2ab, b, _ x1abc-2b.2'日本.日本  bar, a
K	straße, _,x1  2Kß 42,2bar #;b-2a.b,ab2- 2é
ß a;é;ß,42 ab, b 2#-a	x1 straße.abc;x1-#  Éa.2foo_-abc - ß,_, abc-.2Éa Ab;2	ab ß.ſ;2b;2Ab  a
Ab foo ſ;2_.straße;#2ſ ab	2bar2a2abar_	2a2b2ab2abc2Ab2foo2bar2x12422_2é2Éa2straße2ß2日本2K2ſ2a.b2-2#