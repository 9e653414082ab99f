2#  a.b Éa,Ab;bar	2abc.2ß.-
2straße2a.b.x1, a  bar, Éa	ßa.b-#,2-  _	ß.ab
abAb
a.b	ß
2Éa;_, Éa	K;_242
242;b-42
b.straße, K	b  foo 2	a	日本	2foobar2x1.#-