"""Labels in tables of a folder: of plain columns, of imagefolders, described by Croissant."""
