"""Prints the files of a zip archive, after checking all of it: zip_list.py PATH."""

import json
import sys
import zipfile

with zipfile.ZipFile(sys.argv[1]) as archive:
    assert archive.testzip() is None
    print(json.dumps([[entry.filename, entry.file_size] for entry in archive.infolist()]))
