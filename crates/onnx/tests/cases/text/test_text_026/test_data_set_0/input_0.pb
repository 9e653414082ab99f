2ſ
éstraße.abcÉa 2a.b	