package secret

// Mended gives a text the checksum that makes it a token.
func Mended(signed string) string { return signed + "_" + checksum(signed) }
