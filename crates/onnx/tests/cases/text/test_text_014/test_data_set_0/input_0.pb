2日本-x1é Ab-ß2K,Éa
foo#	Ab
42.- b 