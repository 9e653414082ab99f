2Éa	2Éabar 2日本
ſ,日本;2K2a;2ab;日本 straße,ab, Éa  2straße 2ſ.a.b, 2b, 日本日本.b, _-_;-	Éa	2foo2bar, 2日本  a  a _-日本  2
foo
Ab-ſ-2ſ  a.b2ſ	bar,bar, ab;b-日本-ſ-ß,2ab2Ab,fooß
Ab
K, bar  a.b	a.b;2	barab;K, 2foo-2a.b a.ab	abc straße  2a2b2ab2abc2Ab2foo2bar2x12422_2é2Éa2straße2ß2日本2K2ſ2a.b2-2#